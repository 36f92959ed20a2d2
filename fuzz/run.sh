#!/usr/bin/env bash
# Builds the fuzz targets with coverage on stable Rust and runs them, one after the other.
#
#   fuzz/run.sh [SECONDS] [TARGET...]
#
# SECONDS is the time of each target (default: 60). TARGET: promql, template, yaml, json, foreign, spec (default: all).
# The first inputs come from the repository's own specs, rule pages and tests; what a run learns stays in fuzz/corpus/ and
# is reduced to what adds coverage before the next one. An input that breaks something is kept in fuzz/artifacts/<target>/
# and is replayed by: cargo run --manifest-path fuzz/Cargo.toml --bin TARGET FILE
#
# With FUZZ_BUILD=no the programs of the last build run again.
#
# Prints executions, coverage (edges and features) and findings of each target. Needs a C++ compiler for the engine.
# Exit code: 0 without findings, else 1.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

seconds=${1:-60}
shift || true
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || targets=(promql template yaml json foreign spec)

# With a target named, the flags do not reach build scripts and procedural macros, which know no coverage counters.
host=$(rustc -vV | sed -n 's/^host: //p')
flags='--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4'
flags+=' -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table'
flags+=' -Cllvm-args=-sanitizer-coverage-trace-compares'
bins=()
for target in "${targets[@]}"; do bins+=(--bin "$target"); done
if [ "${FUZZ_BUILD:-yes}" != no ]; then
  RUSTFLAGS="${RUSTFLAGS:-} $flags" cargo build --locked --release --target "$host" --target-dir target "${bins[@]}" || exit 1
  cargo run --quiet --locked --target-dir ../target --bin seeds -- .. seeds || exit 1
fi

summary=()
found=0
for target in "${targets[@]}"; do
  program=target/$host/release/$target
  corpus=corpus/$target
  artifacts=artifacts/$target
  merged=$corpus.merged
  log=target/$target.log
  rm -rf "$merged"
  mkdir -p "$merged" "$corpus" "$artifacts" "seeds/$target"
  limits=(-timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 "-artifact_prefix=$artifacts/")
  printf '\n== %s: merging the first inputs\n' "$target"
  if "$program" -merge=1 "${limits[@]}" "$merged" "$corpus" "seeds/$target" > "$log" 2>&1; then
    rm -rf "$corpus"
    mv "$merged" "$corpus"
  else
    tail -n 20 "$log"
    rm -rf "$merged"
  fi
  options=()
  [ ! -e "$target.dict" ] || options+=("-dict=$target.dict")
  case $target in
    promql | template) options+=(-max_len=2048) ;;
    *) options+=(-max_len=16384) ;;
  esac
  printf '== %s: running for %s s over %s inputs\n' "$target" "$seconds" "$(find "$corpus" -type f | wc -l)"
  "$program" "-max_total_time=$seconds" -print_final_stats=1 "${limits[@]}" "${options[@]}" "$corpus" > "$log" 2>&1
  code=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log" | tail -n 1)
  memory=$(sed -n 's/^stat::peak_rss_mb: *//p' "$log" | tail -n 1)
  coverage=$(grep -oE 'cov: [0-9]+ ft: [0-9]+' "$log" | tail -n 1)
  findings=$(find "$artifacts" -type f | wc -l)
  if [ "$code" -ne 0 ]; then
    grep -vE '^#[0-9]' "$log" | tail -n 40
  fi
  [ "$code" -eq 0 ] && [ "$findings" -eq 0 ] || found=1
  summary+=("$(printf '%-9s %10s executions, %5s a second, %s, %s MB, %d findings' \
    "$target" "${executions:-?}" "${rate:-?}" "${coverage:-no coverage}" "${memory:-?}" "$findings")")
done

printf '\n== summary, %s s each\n' "$seconds"
printf '%s\n' "${summary[@]}"
exit "$found"
