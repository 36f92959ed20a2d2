#!/usr/bin/env bash
# The steps of the GitHub Action (action.yml).
#
#   scripts/action.sh install    puts optiinfra-gen on the PATH of the steps that follow, built from this checkout unless it is there
#   scripts/action.sh check      lint and drift: annotations in the log, a SARIF file, a summary; always succeeds when both could run
#   scripts/action.sh verdict    fails when one of them found something
#
# Settings come as variables, never as text in a script: SPECS, OUT, ENVIRONMENT, FAIL_ON; FINDINGS, DRIFT.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

install() {
  local folder="$RUNNER_TEMP/optiinfra-gen"
  if [ ! -x "$folder/bin/optiinfra-gen" ]; then
    if command -v optiinfra-gen > /dev/null; then
      optiinfra-gen --version
      return
    fi
    cargo install --locked --quiet --path "$root" --root "$folder" --target-dir "$RUNNER_TEMP/optiinfra-gen-build"
  fi
  printf '%s\n' "$folder/bin" >> "$GITHUB_PATH"
  "$folder/bin/optiinfra-gen" --version
}

# run COMMAND...: its exit code in $code; one that says "the tool cannot work" ends the step.
run() {
  code=0
  "$@" || code=$?
  case $code in 0 | 1 | 3) ;; *) exit "$code" ;; esac
}

check() {
  local sarif="$RUNNER_TEMP/optiinfra-gen.sarif" findings drift='' code environment=()
  [ -z "$ENVIRONMENT" ] || environment=(--env "$ENVIRONMENT")
  run optiinfra-gen lint "$SPECS" ${environment[@]+"${environment[@]}"} --fail-on "$FAIL_ON" --format github
  findings=$code
  run optiinfra-gen lint "$SPECS" ${environment[@]+"${environment[@]}"} --format sarif > "$sarif"
  if [ -n "$OUT" ]; then
    # With findings nothing can be compiled, and they were said already.
    run optiinfra-gen drift "$SPECS" --out "$OUT" ${environment[@]+"${environment[@]}"} --fail-on error --format github \
      > "$RUNNER_TEMP/optiinfra-gen.drift"
    drift=$code
    [ "$code" -ne 3 ] || cat "$RUNNER_TEMP/optiinfra-gen.drift"
  fi
  printf 'sarif=%s\nfindings=%s\ndrift=%s\n' "$sarif" "$findings" "$drift" >> "$GITHUB_OUTPUT"
  {
    printf '### optiinfra-gen\n\n'
    if [ "$findings" -eq 0 ]; then printf -- '- `%s` is clean\n' "$SPECS"; else printf -- '- `%s` has findings\n' "$SPECS"; fi
    case $drift in
      0) printf -- '- `%s` is what the spec compiles to\n' "$OUT" ;;
      3) printf -- '- `%s` differs from what the spec compiles to: run `optiinfra-gen build` and commit the result\n' "$OUT" ;;
    esac
  } >> "$GITHUB_STEP_SUMMARY"
}

verdict() {
  local failed=0
  [ "$FINDINGS" = 0 ] || { printf '::error::the spec has findings\n'; failed=1; }
  if [ "$DRIFT" = 3 ]; then
    printf '::error::the generated files are not what the spec compiles to; run optiinfra-gen build and commit the result\n'
    failed=1
  fi
  return "$failed"
}

case ${1:-} in
  install | check | verdict) "$1" ;;
  *)
    printf 'usage: %s install|check|verdict\n' "$0" >&2
    exit 2
    ;;
esac
