#!/bin/sh
# with-passwords COMMAND…: Patroni or patronictl in a container of compose.yaml, with the passwords that make-secrets.sh made.
set -eu
set -a
. /etc/patroni/secrets/patroni.env
set +a
exec "$@"
