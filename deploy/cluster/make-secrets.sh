#!/bin/sh
# Makes the passwords and the certificates of compose.yaml on the first start, and keeps them after that. Each service gets a volume with
# no more than it needs: /secrets/postgres, /secrets/owner, /secrets/web. Runs as root, to give each file to the user that reads it.
set -eu
umask 077

POSTGRES=901 ROSTER=10001
NAMES=DNS:postgres-1,DNS:postgres-2,DNS:postgres-3,DNS:haproxy-1,DNS:haproxy-2
DAYS=3650

main() {
  # Made last: after an interrupted run, all are made again. Nothing has used them yet.
  [ ! -e /secrets/web/ca.crt ] || exit 0
  cd "$(mktemp -d)"
  make_certificates
  owner_password=$(openssl rand -hex 24) web_password=$(openssl rand -hex 24)
  patroni_settings >patroni.env
  give "$POSTGRES" /secrets/postgres patroni.env server.crt server.key ca.crt
  echo "*:*:roster:roster_owner:$owner_password" >pgpass
  give "$ROSTER" /secrets/owner pgpass ca.crt
  echo "*:*:roster:roster_web:$web_password" >pgpass
  give "$ROSTER" /secrets/web pgpass ca.crt
}

# The authority's key is not kept: nobody can make another certificate.
make_certificates() {
  new_key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc'
  # shellcheck disable=SC2086 # Several options.
  openssl req -x509 $new_key -days "$DAYS" -subj '/CN=Authority of the Roster cluster' -keyout ca.key -out ca.crt 2>/dev/null
  # shellcheck disable=SC2086
  openssl req -x509 $new_key -days "$DAYS" -subj '/CN=PostgreSQL of the Roster cluster' -CA ca.crt -CAkey ca.key \
    -addext basicConstraints=critical,CA:FALSE -addext "subjectAltName=$NAMES" -keyout server.key -out server.crt 2>/dev/null
}

patroni_settings() {
  for name in PATRONI_RESTAPI_PASSWORD PATRONI_REPLICATION_PASSWORD PATRONI_REWIND_PASSWORD; do echo "$name=$(openssl rand -hex 24)"; done
  echo "ROSTER_OWNER_PASSWORD=$owner_password"
  echo "ROSTER_WEB_PASSWORD=$web_password"
}

# give USER FOLDER FILE…: copies of the files, which only that user can read.
give() {
  user=$1 folder=$2
  shift 2
  for file; do
    rm -f "$folder/$file"
    cp "$file" "$folder/$file"
    chown "$user:$user" "$folder/$file"
  done
}

main
