#!/bin/sh
# install-nginx-files.sh DEPLOY: installs the nginx files of the folder DEPLOY in the image, and changes the two lines that differ there.
set -eu

deploy=$1

main() {
  cp -R "$deploy/nginx/conf.d" "$deploy/nginx/roster" /etc/nginx/
  cp "$deploy/container/nginx.conf" /etc/nginx/nginx.conf
  # Included at each start, if the local.conf that is mounted is older.
  mv /etc/nginx/roster/older-local.conf /etc/nginx/
  # Written at each start, for as many workers as the settings ask for.
  ln -s /run/roster/nginx/upstream.conf /etc/nginx/roster/upstream.conf
  ln -s /tmp/roster/cache /var/cache/roster

  # Files in a tmpfs count as memory of the container.
  replace /etc/nginx/conf.d/roster.conf 'max_size=1g min_free=256m' 'max_size=64m'
  # A write of at most one page (4 KB) to a pipe is atomic, so lines of several processes do not mix.
  replace /etc/nginx/roster/site.conf 'access_log /var/log/nginx/roster.log roster buffer=64k flush=1s if=$roster_is_logged;' \
    'access_log /dev/stdout container buffer=4k flush=1s if=$container_is_logged;'
}

# replace FILE OLD NEW: fails if FILE has no OLD; then deploy/nginx has changed, and this script must follow.
replace() {
  grep --quiet --fixed-strings "$2" "$1" || { echo "$1 does not contain \"$2\"" >&2; exit 1; }
  sed -i "s|$2|$3|" "$1"
}

main
