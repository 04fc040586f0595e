#!/usr/bin/env bash
# Installs on Debian what the tests of services need: a browser, Python, and the engines. It can be run again.
set -euo pipefail

retry() {
  local try
  for try in 1 2 3 4; do
    "$@" && return 0
    echo "try $try of 4 failed: $*" >&2
    sleep $((try * 5))
  done
  return 1
}

packages=(chromium iproute2 maven nats-server openssl openjdk-17-jre-headless postgresql python3 python3-venv rabbitmq-server redis-server)

missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
fetch_kafka() {
  # Kafka comes as jars: with them in Maven's own cache no test waits for a download.
  local folder
  folder=$(mktemp -d)
  retry mvn --batch-mode --quiet --file "$(dirname "$0")/kafka.pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime "-DoutputDirectory=$folder"
  rm -rf "$folder"
}

if [ "${#missing[@]}" -eq 0 ]; then
  echo "All of it is installed: ${packages[*]}"
  fetch_kafka
  exit 0
fi

echo "Installing ${missing[*]}"
# The tests start engines of their own, in folders of their own: the packages' services stay down.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf

export DEBIAN_FRONTEND=noninteractive
retry apt-get update -qq
retry apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fetch_kafka
