#!/usr/bin/env bash
# A Docker engine of the tests' own, where there is none: Debian's packages, unpacked into a folder and not installed.
#   engine.sh up     starts it, makes the base image, and prints the environment that reaches it
#   engine.sh down   ends its containers and itself; what it has built stays for the next time
# Needs root, apt-get and a route to Debian's packages. No image registry is asked.
set -euo pipefail

home=${ROSTER_TEST_ENGINE:-${TMPDIR:-/tmp}/roster-test-engine}
packages=(docker.io containerd runc mmdebstrap)
base=node:24-bookworm-slim
bridge=rostertest0
# Without an address of its own a bridge takes one of its containers', another whenever one comes or goes: packets to the one before are lost.
bridge_address=02:42:ac:1f:fe:01
repository=$(cd "$(dirname "$0")/../.." && pwd)
export DOCKER_HOST=unix://$home/docker.sock PATH=$home/root/usr/bin:$home/root/usr/sbin:$PATH DOCKER_BUILDKIT=1

up() {
  [[ $(uname) == Linux && $EUID == 0 ]] || { echo 'that needs Linux and root' >&2; exit 1; }
  unpack_packages
  answers || start_engine
  docker image inspect "$base" >/dev/null 2>&1 || make_base_image
  printf '%s\n' "DOCKER_HOST=$DOCKER_HOST" "PATH=$home/root/usr/bin" "DOCKER_BUILDKIT=1"
}

down() {
  local pid
  pid=$(cat "$home/dockerd.pid" 2>/dev/null) || return 0
  docker ps --quiet | xargs --no-run-if-empty docker rm --force >/dev/null
  kill "$pid" 2>/dev/null || return 0
  tail --pid="$pid" --follow /dev/null
  awk -v home="$home/" 'index($2, home) == 1 { print $2 }' /proc/mounts | sort -r | xargs --no-run-if-empty umount --lazy
  ip link delete "$bridge" 2>/dev/null || true
}

unpack_packages() {
  [[ ! -e $home/root/usr/bin/mmdebstrap ]] || return 0
  mkdir -p "$home/packages"
  (cd "$home/packages" && { apt-get download "${packages[@]}" || { apt-get update && apt-get download "${packages[@]}"; }; }) >/dev/null
  for package in "$home"/packages/*.deb; do dpkg --extract "$package" "$home/root"; done
}

answers() {
  docker version >/dev/null 2>&1
}

# A bridge without packet filter rules: ports are published by the engine's own proxy, and nothing else on this machine changes.
start_engine() {
  if ! ip link show "$bridge" >/dev/null 2>&1; then
    ip link add "$bridge" address "$bridge_address" type bridge
    ip address add 172.31.254.1/24 dev "$bridge"
    ip link set "$bridge" up
  fi
  setsid dockerd --host "$DOCKER_HOST" --data-root "$home/data" --exec-root "$home/exec" --pidfile "$home/dockerd.pid" \
    --bridge "$bridge" --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false --storage-driver overlay2 \
    --label roster=test-engine --userland-proxy-path "$(command -v docker-proxy)" >"$home/dockerd.log" 2>&1 </dev/null &
  local engine=$!
  until answers; do
    kill -0 "$engine" 2>/dev/null || { tail --lines=5 "$home/dockerd.log" >&2; exit 1; }
    read -rt 0.1 <> <(:) || true
  done
}

# What Docker Hub's image of this name is made of, from other sources: Debian's packages, Roster's pinned Node, this machine's npm.
make_base_image() {
  local root npm
  root=$(mktemp --directory "$home/base.XXXX")
  mmdebstrap --quiet --variant=minbase --mode=root --include=ca-certificates --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    bookworm "$root" /etc/apt/sources.list.d/debian.sources >&2
  cp /etc/apt/apt.conf.d/99* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
  cp "$repository"/node_modules/node-linux-*/bin/node "$root/usr/local/bin/"
  npm=$(cd "$(dirname "$(realpath "$(command -v npm)")")/.." && pwd)
  mkdir -p "$root/usr/local/lib/node_modules"
  cp --recursive "$npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  # The authorities that this machine trusts: a proxy on the way to the package registry may have one of its own.
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/of-the-test-machine.pem"
  tar --directory "$root" --create . | docker import --change 'CMD ["node"]' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NODE_EXTRA_CA_CERTS=/etc/ssl/certs/of-the-test-machine.pem' \
    - "$base" >/dev/null
  rm --recursive "$root"
}

case ${1:-} in
  up | down) "$1" ;;
  *) sed --quiet '2,5s/^# //p' "$0" && exit 2 ;;
esac
