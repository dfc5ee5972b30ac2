#!/bin/sh
# install-packages.sh NAME…: installs packages of Debian in an image, with curl, for health checks, and without the lists of packages.
set -eu
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends curl "$@" >/dev/null
rm -rf /var/lib/apt/lists/*
