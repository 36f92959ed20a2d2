#!/usr/bin/env bash
# Puts the real tools that the tests run into one folder: Prometheus, Alertmanager, Docker Compose, PostgreSQL, Redis, exporters,
# cargo-deny, pre-commit and the types of Grafana's dashboards. The newest Prometheus is built by the machine's Go, where it has one.
#
#   scripts/tools.sh            install what is missing, then list what is there
#   scripts/tools.sh --list     list what is there, install nothing
#
# The folder is .tools/ of the checkout, or $OPTIINFRA_TOOLS_DIR (a relative one: from the checkout). Nothing on the system is changed (but for one folder of
# templates, see install_templates) and no privilege is needed: Debian packages are fetched by the machine's own apt from the machine's own mirror, with its keyring, into a
# private apt state, and unpacked beside the system. A tool of the right version that is on the PATH already is linked.
# A tool that cannot be had leaves a file NAME.unavailable with the reason; the tests report it when they skip.
# Exit code: 0 when everything is there, 1 when something is not.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=${OPTIINFRA_TOOLS_DIR:-.tools}
case $tools in /*) ;; *) tools="$root/$tools" ;; esac
log="$tools/install.log"

# name | lowest version | first version too new | Debian packages | suites, best first | programs, as BINARY=IN_PACKAGE
readonly TOOLS='
prometheus-2.42|2.42|2.43|prometheus|bookworm|prometheus=usr/bin/prometheus promtool=usr/bin/promtool
prometheus-3|3.5|4|prometheus promtool|forky sid|prometheus=usr/bin/prometheus promtool=usr/bin/promtool
alertmanager-0.25|0.25|0.26|prometheus-alertmanager|bookworm|alertmanager=usr/bin/prometheus-alertmanager amtool=usr/bin/amtool
alertmanager-current|0.28|1|prometheus-alertmanager|forky trixie|alertmanager=usr/bin/prometheus-alertmanager amtool=usr/bin/amtool
compose-2|2.20|6|docker-compose|forky trixie|docker-compose=usr/libexec/docker/cli-plugins/docker-compose
zsh|5.8|6|zsh|bookworm|zsh=bin/zsh
groff|1.22|2|groff-base|bookworm|troff=usr/bin/troff
node_exporter-1.5|1.5|1.6|prometheus-node-exporter|bookworm|node_exporter=usr/bin/prometheus-node-exporter
node_exporter-1.11|1.11|1.12|prometheus-node-exporter|forky sid|node_exporter=usr/bin/prometheus-node-exporter
postgres_exporter-0.11|0.11|0.12|prometheus-postgres-exporter|bookworm|postgres_exporter=usr/bin/prometheus-postgres-exporter
postgres_exporter-0.19|0.19|0.20|prometheus-postgres-exporter|forky sid|postgres_exporter=usr/bin/prometheus-postgres-exporter
redis_exporter-1.45|1.45|1.46|prometheus-redis-exporter|bookworm|redis_exporter=usr/bin/prometheus-redis-exporter
redis_exporter-1.86|1.86|1.87|prometheus-redis-exporter|forky sid|redis_exporter=usr/bin/prometheus-redis-exporter
'
# The same for servers that need libraries and files beside their programs: the packages are kept whole, and each program is started by a
# script that shows it the libraries. Those that every Debian has, the C library's above all, are the machine's.
readonly SERVERS='
postgresql-15|15|16|postgresql-15 postgresql-client-15 libpq5 libicu72 libldap-2.5-0 libsasl2-2 libxml2 libxslt1.1 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libkeyutils1 libreadline8 libssl3|bookworm|postgres=usr/lib/postgresql/15/bin/postgres initdb=usr/lib/postgresql/15/bin/initdb psql=usr/lib/postgresql/15/bin/psql
redis-7|7|8|redis-server redis-tools libjemalloc2 liblzf1 libatomic1 libssl3|bookworm|redis-server=usr/bin/redis-server redis-cli=usr/bin/redis-cli
'
readonly CARGO_DENY_VERSION=0.20.2
# The server of the language's version, younger than any that Debian has.
readonly PROMETHEUS_MODULE=github.com/prometheus/prometheus@v0.314.0
readonly PROMETHEUS_VERSION=3.14.0

say() { printf '%s\n' "$*"; }

# version PROGRAM: the first dotted number that it prints of itself.
version() {
  { timeout 20 "$1" --version 2>&1 || true; } | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1 || true
}

# at_least HAVE WANT: compares dotted numbers.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# in_range HAVE LOWEST TOO_NEW
in_range() { [ -n "$1" ] && at_least "$1" "$2" && ! at_least "$1" "$3"; }

# complete FOLDER LOWEST TOO_NEW PROGRAMS: every program is there, starts, and is of the wanted version.
complete() {
  local pair
  for pair in $4; do
    [ -x "$1/bin/${pair%%=*}" ] || return 1
    in_range "$(version "$1/bin/${pair%%=*}")" "$2" "$3" || return 1
  done
}

# link_from_path FOLDER LOWEST TOO_NEW PROGRAMS: the same from programs on the PATH, under either of their names.
link_from_path() {
  local pair name found program
  rm -rf "$1" && mkdir -p "$1/bin"
  for pair in $4; do
    found=''
    for name in "${pair%%=*}" "$(basename "${pair#*=}")"; do
      program=$(command -v "$name" || true)
      if [ -n "$program" ] && in_range "$(version "$program")" "$2" "$3"; then
        found=$program
        break
      fi
    done
    [ -n "$found" ] || { rm -rf "$1"; return 1; }
    ln -s "$found" "$1/bin/${pair%%=*}"
  done
}

# Debian's Alertmanager reads the built-in notification templates from here; no flag or setting names another place.
templates=/usr/share/prometheus/alertmanager

apt_state="$tools/.apt"
apt_suites=''

# apt_private ARGS...: apt-get with a package index of its own; the system's lists and status stay as they are.
apt_private() {
  timeout 300 apt-get -q -o Dir::State="$apt_state/state" -o Dir::State::status="$apt_state/state/status" \
    -o Dir::Cache="$apt_state/cache" -o Dir::Etc::SourceList="$apt_state/sources.list" -o Dir::Etc::SourceParts="$apt_state/none" \
    -o Dir::Etc::Preferences="$apt_state/none/preferences" -o Dir::Etc::PreferencesParts="$apt_state/none" -o APT::Sandbox::User="$(id -un)" \
    -o APT::Get::AllowUnauthenticated=false -o Acquire::Retries=2 -o Acquire::http::Timeout=30 "$@"
}

# mirror: the address of the Debian archive that this machine is set up with.
mirror() {
  timeout 60 apt-get -o Dir::State="$apt_state/state" -o Dir::Cache="$apt_state/cache" --print-uris update 2>/dev/null |
    sed -nE "s#^'([^']+)/dists/[a-z]+/InRelease'.*#\1#p" | grep -E '/debian/?$' | head -n 1
}

# apt_ready: makes the private index once a run. Prints why not when it cannot.
apt_ready() {
  [ -z "$apt_suites" ] || return 0
  command -v apt-get > /dev/null && command -v dpkg-deb > /dev/null || { say 'this machine has no apt'; return 1; }
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg suite address
  [ -r "$keyring" ] || { say 'the Debian archive keyring is not installed'; return 1; }
  rm -rf "$apt_state"
  mkdir -p "$apt_state/state/lists/partial" "$apt_state/cache/archives/partial" "$apt_state/none"
  : > "$apt_state/state/status"
  address=$(mirror) || true
  [ -n "$address" ] || { say 'apt is set up with no Debian archive'; return 1; }
  for suite in bookworm trixie forky sid; do
    printf 'deb [target=Packages lang=none signed-by=%s] %s %s main\n' "$keyring" "$address" "$suite"
  done > "$apt_state/sources.list"
  # A suite that has gone must not take the others with it, so failures show when a package is asked for.
  apt_private update >> "$log" 2>&1 || true
  apt_suites=yes
}

# start_script PROGRAM: a script beside the unpacked packages that starts the program with their libraries.
start_script() {
  cat << SCRIPT
#!/bin/sh
whole=\$(cd "\$(dirname "\$0")/../whole" && pwd) || exit 1
libraries=\$(echo "\$whole"/usr/lib/*-linux-gnu*):\$(echo "\$whole"/lib/*-linux-gnu*)
LD_LIBRARY_PATH=\$libraries exec "\$whole/$1" "\$@"
SCRIPT
}

# unpack FOLDER PACKAGES SUITE PROGRAMS [WHOLE]: the packages of that suite, their programs in FOLDER/bin; what else they hold is kept when WHOLE is said.
unpack() {
  local work pair package
  work=$(mktemp -d "$tools/.unpack.XXXXXX")
  (
    cd "$work" && mkdir bin || exit 1
    # shellcheck disable=SC2046 # the packages are words
    apt_private download $(printf "%s/$3 " $2) || exit 1
    for package in ./*.deb; do
      dpkg-deb -x "$package" content || exit 1
    done
    if [ -n "${5:-}" ]; then
      mv content whole || exit 1
      mkdir content
    fi
    for pair in $4; do
      if [ -n "${5:-}" ]; then
        start_script "${pair#*=}" > "bin/${pair%%=*}" && chmod 755 "bin/${pair%%=*}" || exit 1
      else
        mv "content/${pair#*=}" "bin/${pair%%=*}" || exit 1
      fi
    done
    if [ -d "content$templates" ]; then
      mv "content$templates" templates || exit 1
    fi
    # troff reads its fonts and macros from here.
    if [ -d content/usr/share/groff ]; then
      mv content/usr/share/groff share || exit 1
    fi
    rm -rf content ./*.deb
  ) >> "$log" 2>&1 || { rm -rf "$work"; return 1; }
  rm -rf "$1"
  chmod 755 "$work"
  mv "$work" "$1"
}

# install_debian NAME LOWEST TOO_NEW PACKAGES SUITES PROGRAMS [WHOLE]
install_debian() {
  local folder="$tools/$1" suite reason
  if complete "$folder" "$2" "$3" "$6" || link_from_path "$folder" "$2" "$3" "$6"; then
    rm -f "$folder.unavailable"
    return 0
  fi
  # Not by command substitution: in its subshell the mark that the index is ready would be lost.
  if ! apt_ready > "$tools/.reason"; then
    reason=$(cat "$tools/.reason")
  else
    for suite in $5; do
      say "installing $1: $4 of Debian $suite, unpacked into $folder"
      if unpack "$folder" "$4" "$suite" "$6" "${7:-}" && complete "$folder" "$2" "$3" "$6"; then
        rm -f "$folder.unavailable"
        return 0
      fi
      rm -rf "$folder"
    done
    reason="no Debian suite of $5 gave a $4 of version $2 that runs here (see $log)"
  fi
  say "$reason" > "$folder.unavailable"
  return 1
}

# cargo-deny is built without optimisation: that is quicker by far, and it reads one lock file.
install_cargo_deny() {
  local folder="$tools/cargo-deny"
  if complete "$folder" 0.18 1 cargo-deny= || link_from_path "$folder" 0.18 1 cargo-deny=cargo-deny; then
    rm -f "$folder.unavailable"
    return 0
  fi
  say "installing cargo-deny $CARGO_DENY_VERSION: built from source into $folder (some minutes, once)"
  if CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$tools/.build" timeout 900 \
    cargo install --debug --locked --quiet --root "$folder" --version "$CARGO_DENY_VERSION" cargo-deny >> "$log" 2>&1; then
    rm -rf "$tools/.build"
    rm -f "$folder.unavailable"
    return 0
  fi
  rm -rf "$tools/.build" "$folder"
  say "cargo-deny $CARGO_DENY_VERSION could not be built (see $log)" > "$folder.unavailable"
  return 1
}

# The newest server is built without optional parts from its module, which the machine's own Go fetches. What it needs for that (2 GB for
# five minutes) is taken from the machine's module cache where it is there, and leaves no trace in it.
install_prometheus() {
  local folder="$tools/prometheus-3.14" work reason=''
  if complete "$folder" 3.14 3.15 prometheus= || link_from_path "$folder" 3.14 3.15 prometheus=prometheus; then
    rm -f "$folder.unavailable"
    return 0
  fi
  rm -rf "$folder"
  if ! command -v go > /dev/null; then
    reason='Go is not installed'
  else
    say "installing prometheus-3.14: built from source into $folder (some minutes, once)"
    work=$(mktemp -d "$tools/.build.XXXXXX")
    if build_prometheus "$work" >> "$log" 2>&1 && complete "$work/out" 3.14 3.15 prometheus=; then
      chmod 755 "$work/out"
      mv "$work/out" "$folder"
      rm -f "$folder.unavailable"
    else
      reason="Prometheus $PROMETHEUS_VERSION could not be built (see $log)"
    fi
    chmod -R u+w "$work"
    rm -rf "$work"
  fi
  [ -z "$reason" ] || { say "$reason" > "$folder.unavailable"; return 1; }
}

# build_prometheus FOLDER: builds into FOLDER/out/bin.
build_prometheus() {
  (
    local source cached
    cached=$(go env GOMODCACHE)/cache/download
    GOPROXY="file://$cached,$(go env GOPROXY)"
    export GOPROXY GOMODCACHE="$1/mod" GOCACHE="$1/cache" GOWORK=off GOFLAGS=-modcacherw
    source=$(timeout 300 go mod download -json "$PROMETHEUS_MODULE" | sed -nE 's/^\t"Dir": "(.*)",?$/\1/p')
    [ -n "$source" ] && cd "$source" || exit 1
    timeout 1200 go build -trimpath -tags 'netgo remove_all_sd' \
      -ldflags "-s -w -X github.com/prometheus/common/version.Version=$PROMETHEUS_VERSION" -o "$1/out/bin/prometheus" ./cmd/prometheus
  )
}

# install_templates: the one thing outside the folder, made only where nothing is and only as root.
install_templates() {
  local from="$tools/alertmanager-current/templates"
  if [ ! -e "$templates" ] && [ -d "$from" ] && [ "$(id -u)" -eq 0 ]; then
    say "installing the notification templates of Alertmanager into $templates"
    mkdir -p "$templates"
    cp -p "$from"/*.tmpl "$templates/"
  fi
}

# The types of Grafana's dashboards and the compiler that checks against them: npm packages, pinned by their digests; none of their scripts runs.
install_grafana_schema() {
  local folder="$tools/grafana-schema" from="$root/tests/real/grafana" reason
  if [ -d "$folder/node_modules/typescript" ] && cmp -s "$from/package-lock.json" "$folder/package-lock.json"; then
    rm -f "$folder.unavailable"
    return 0
  fi
  if ! command -v npm > /dev/null || ! command -v node > /dev/null; then
    reason='node and npm are not installed'
  else
    say "installing the types of Grafana's dashboards into $folder"
    rm -rf "$folder" && mkdir -p "$folder" && cp "$from/package.json" "$from/package-lock.json" "$folder/"
    if (cd "$folder" && timeout 300 npm ci --ignore-scripts --no-audit --no-fund) >> "$log" 2>&1; then
      rm -f "$folder.unavailable"
      return 0
    fi
    rm -rf "$folder"
    reason="its packages could not be fetched (see $log)"
  fi
  say "$reason" > "$folder.unavailable"
  say "cannot install the types of Grafana's dashboards: $reason" >&2
  return 1
}

# install_pre_commit: the program that runs hooks, in a Python environment of its own; every package is pinned by its digests.
install_pre_commit() {
  local folder="$tools/pre-commit" wanted="$root/tests/real/pre-commit/requirements.txt" reason
  if [ -x "$folder/bin/pre-commit" ] && cmp -s "$wanted" "$folder/requirements.txt"; then
    rm -f "$folder.unavailable"
    return 0
  fi
  if ! command -v python3 > /dev/null; then
    reason='python3 is not installed'
  else
    say "installing pre-commit into $folder"
    rm -rf "$folder"
    if { python3 -m venv "$folder" && timeout 300 "$folder/bin/pip" install --quiet --disable-pip-version-check --no-input --require-hashes \
      -r "$wanted"; } >> "$log" 2>&1; then
      cp "$wanted" "$folder/requirements.txt"
      rm -f "$folder.unavailable"
      return 0
    fi
    rm -rf "$folder"
    reason="its packages could not be fetched, or python3 has no venv (see $log)"
  fi
  say "$reason" > "$folder.unavailable"
  say "cannot install pre-commit: $reason" >&2
  return 1
}

# list: one line a program, with the version it prints of itself; false when something is missing.
list() {
  local name lowest too_new packages suites programs pair missing=0
  while IFS='|' read -r name lowest too_new packages suites programs; do
    [ -n "$name" ] || continue
    for pair in $programs; do
      if [ -x "$tools/$name/bin/${pair%%=*}" ]; then
        say "  $tools/$name/bin/${pair%%=*} $(version "$tools/$name/bin/${pair%%=*}")"
      else
        say "  $name: ${pair%%=*} is not there: $(cat "$tools/$name.unavailable" 2> /dev/null || say 'not installed yet')"
        missing=1
      fi
    done
  done <<< "$TOOLS$SERVERS
prometheus-3.14|||||prometheus=
cargo-deny|||||cargo-deny="
  if [ -d "$tools/grafana-schema/node_modules/@grafana/schema" ]; then
    say "  grafana-schema: $(grep -oE '"@grafana/schema": "[^"]*"' "$root/tests/real/grafana/package.json" | grep -oE '[0-9.]+')"
  else
    say "  grafana-schema: is not there: $(cat "$tools/grafana-schema.unavailable" 2> /dev/null || say 'not installed yet')"
    missing=1
  fi
  if [ -x "$tools/pre-commit/bin/pre-commit" ]; then
    say "  $tools/pre-commit/bin/pre-commit $(version "$tools/pre-commit/bin/pre-commit")"
  else
    say "  pre-commit: is not there: $(cat "$tools/pre-commit.unavailable" 2> /dev/null || say 'not installed yet')"
    missing=1
  fi
  return "$missing"
}

main() {
  if [ "${1:-}" = --list ]; then
    list
    return
  fi
  mkdir -p "$tools"
  # Two runs at once: the second waits for the first and finds everything there.
  if command -v flock > /dev/null; then
    exec 9> "$tools/.lock"
    flock -w 1800 9 || { say "another run has held $tools/.lock for half an hour" >&2; return 1; }
  fi
  : > "$log"
  local name lowest too_new packages suites programs failed=0
  while IFS='|' read -r name lowest too_new packages suites programs; do
    [ -n "$name" ] || continue
    install_debian "$name" "$lowest" "$too_new" "$packages" "$suites" "$programs" < /dev/null || failed=1
  done <<< "$TOOLS"
  while IFS='|' read -r name lowest too_new packages suites programs; do
    [ -n "$name" ] || continue
    install_debian "$name" "$lowest" "$too_new" "$packages" "$suites" "$programs" whole < /dev/null || failed=1
  done <<< "$SERVERS"
  # With DOCKER_CONFIG=$tools/compose-2 a docker client runs it as `docker compose`.
  if [ -d "$tools/compose-2/bin" ]; then
    mkdir -p "$tools/compose-2/cli-plugins"
    ln -sfn ../bin/docker-compose "$tools/compose-2/cli-plugins/docker-compose"
  fi
  install_templates || failed=1
  install_cargo_deny || failed=1
  install_prometheus || failed=1
  install_grafana_schema || failed=1
  install_pre_commit || failed=1
  rm -rf "$apt_state" "$tools/.reason"
  say "tools in $tools:"
  list || failed=1
  return "$failed"
}

main "$@"
