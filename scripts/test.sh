#!/usr/bin/env bash
# Runs every check of this repository, after installing the real tools that the tests use (scripts/tools.sh).
#
#   scripts/test.sh
#
# Checks: format, lints, documentation, dependencies (licences, bans, sources, advisories), all tests. Every check runs
# even when one before it failed. The summary counts what passed, failed and was skipped, with the reason of each skip.
#
# A skip never passes silently. With CI=true it is a failure, with two exceptions: the advisories, because their database
# is fetched from a host of its own, which many build machines do not reach, and the newest Prometheus, because it is built by a Go
# that not every machine has and an older one stands in.
#
# Environment: OPTIINFRA_TOOLS_DIR, the folder of the real tools (default: .tools/ of the checkout); CARGO_TARGET_DIR.
# Exit code: 0 when nothing failed, else 1.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

tools=${OPTIINFRA_TOOLS_DIR:-.tools}
case $tools in /*) ;; *) tools="$PWD/$tools" ;; esac
export OPTIINFRA_TOOLS_DIR=$tools
log=$(mktemp)
trap 'rm -f "$log"' EXIT

passed=0
failed=()
skipped=()
skipped_by_design=()

# check NAME LIMIT COMMAND...: runs the command, bounded to LIMIT seconds, and counts it.
check() {
  local name=$1 limit=$2 begin=$SECONDS code
  shift 2
  printf '\n== %s: %s\n' "$name" "$*"
  timeout --kill-after=10 "$limit" "$@" 2>&1 < /dev/null | tee -a "$log"
  code=${PIPESTATUS[0]}
  if [ "$code" -eq 0 ]; then
    passed=$((passed + 1))
    printf '== %s: passed in %d s\n' "$name" "$((SECONDS - begin))"
  else
    [ "$code" -ne 124 ] || printf '== %s: stopped after %d s\n' "$name" "$limit"
    failed+=("$name (exit code $code)")
    printf '== %s: FAILED\n' "$name"
  fi
}

printf '== real tools\n'
timeout --kill-after=10 3000 scripts/tools.sh < /dev/null || printf 'some tools are missing: the tests that need them say so\n'

check format 120 cargo fmt --all -- --check
check clippy 1500 cargo clippy --locked --all-targets --all-features -- -D warnings
check 'clippy of the library alone' 600 cargo clippy --locked --lib --no-default-features -- -D warnings
check documentation 900 env RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --all-features

if [ ! -x "$tools/prometheus-3.14/bin/prometheus" ]; then
  reason=$(cat "$tools/prometheus-3.14.unavailable" 2> /dev/null || printf 'it is not installed')
  skipped_by_design+=("Prometheus 3.14: $reason; the older one of prometheus-3 stands in, without what is younger than it")
fi

deny="$tools/cargo-deny/bin/cargo-deny"
if [ -x "$deny" ]; then
  check dependencies 300 "$deny" --all-features check --hide-inclusion-graph bans licenses sources
  check 'dependencies of the fuzz targets' 300 "$deny" --config deny.toml --manifest-path fuzz/Cargo.toml check \
    --hide-inclusion-graph bans licenses sources
  if timeout --kill-after=10 60 "$deny" fetch db > /dev/null 2>&1 < /dev/null; then
    check advisories 120 "$deny" --all-features check --disable-fetch --hide-inclusion-graph advisories
  else
    skipped_by_design+=('advisories: the database of known vulnerabilities cannot be reached from this machine')
  fi
else
  reason=$(cat "$tools/cargo-deny.unavailable" 2> /dev/null || printf 'cargo-deny is not installed')
  skipped+=("dependencies: $reason")
  skipped_by_design+=("advisories: $reason")
fi

check tests 2400 cargo test --locked --all-features --no-fail-fast
check 'layout of the specs' 300 cargo run --quiet --locked -- fmt --check specs examples
check proofs 600 cargo run --quiet --locked -- prove specs/ --mutate

# The tests print a line a skip, past the capture of their output.
while IFS= read -r line; do
  skipped+=("$line")
done < <(grep -oE 'SKIPPED: .*' "$log" | sed 's/^SKIPPED: //' | sort -u)

# sum COLUMN: adds up one number of cargo's "test result:" lines.
sum() { sed -nE "s/^test result: .* ([0-9]+) $1.*/\1/p" "$log" | awk '{ n += $1 } END { print n + 0 }'; }

tests_passed=$(sum passed)
tests_failed=$(sum failed)
tests_ignored=$(sum ignored)

printf '\n== summary after %d s\n' "$SECONDS"
printf 'checks: %d passed, %d failed\n' "$passed" "${#failed[@]}"
printf '  FAILED %s\n' ${failed[@]+"${failed[@]}"} | grep -v '^  FAILED $'
printf 'tests: %d passed, %d failed, %d ignored\n' "$tests_passed" "$tests_failed" "$tests_ignored"
for reason in ${skipped_by_design[@]+"${skipped_by_design[@]}"}; do
  printf 'SKIPPED %s\n' "$reason"
done
for reason in ${skipped[@]+"${skipped[@]}"}; do
  printf 'SKIPPED %s\n' "$reason"
done

result=0
[ "${#failed[@]}" -eq 0 ] || result=1
if [ "${CI:-}" = true ] && [ "${#skipped[@]}" -gt 0 ]; then
  printf 'with CI=true a skip is a failure\n'
  result=1
fi
printf '%d passed, %d failed, %d skipped\n' "$((passed + tests_passed))" "$((${#failed[@]} + tests_failed))" \
  "$((${#skipped[@]} + ${#skipped_by_design[@]} + tests_ignored))"
exit "$result"
