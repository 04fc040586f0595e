#!/usr/bin/env bash
# Installs on Debian what the tests need: a browser, other runtimes of JavaScript, Python with Schemathesis, and the
# engines. Can be run repeatedly.
set -euo pipefail

retry() {
  local attempt
  for attempt in 1 2 3 4; do
    "$@" && return 0
    echo "attempt $attempt of 4 failed: $*" >&2
    sleep $((attempt * 5))
  done
  return 1
}

packages=(chromium iproute2 maven nats-server openssl openjdk-17-jre-headless pgbouncer postgresql python3 python3-venv rabbitmq-server redis-server)

missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
fetch_kafka() {
  # Fills Maven's cache with Kafka's jars, so that no test waits for a download.
  local folder
  folder=$(mktemp -d)
  retry mvn --batch-mode --quiet --file "$(dirname "$0")/kafka.pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime "-DoutputDirectory=$folder"
  rm -rf "$folder"
}

install_schemathesis() {
  # With the versions of schemathesis.txt, in an environment of its own. The copy of that file says that it is complete.
  local environment=/opt/posted-schemathesis versions
  versions=$(dirname "$0")/schemathesis.txt
  if ! cmp --silent "$versions" "$environment/versions.txt"; then
    rm -rf "$environment"
    python3 -m venv "$environment"
    retry "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement "$versions"
    cp "$versions" "$environment/versions.txt"
  fi
  ln -sf "$environment/bin/schemathesis" /usr/local/bin/schemathesis
}

install_runtimes() {
  # In a folder of their own: nothing else uses them.
  local folder=/opt/posted-runtimes
  mkdir -p "$folder"
  retry npm install --prefix "$folder" --silent --no-audit --no-fund --save-exact deno@2.9.6 bun@1.4.5
}

if [ "${#missing[@]}" -eq 0 ]; then
  echo "All packages are installed: ${packages[*]}"
  fetch_kafka
  install_runtimes
  install_schemathesis
  exit 0
fi

echo "Installing ${missing[*]}"
# The tests start their own engines, so the services of the packages must not start.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf

export DEBIAN_FRONTEND=noninteractive
# A machine that has just started may still be installing updates of its own.
wait_for_lock=(-o DPkg::Lock::Timeout=300)
retry apt-get "${wait_for_lock[@]}" update -qq
retry apt-get "${wait_for_lock[@]}" install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fetch_kafka
install_runtimes
install_schemathesis
