#!/bin/sh
# install-nginx-files.sh DEPLOY: puts deploy/nginx where install.sh puts it, and changes the two lines that differ in a container.
set -eu

deploy=$1

main() {
  mkdir -p /etc/nginx/roster
  cp "$deploy/container/nginx.conf" /etc/nginx/nginx.conf
  cp "$deploy/nginx/conf.d/roster.conf" /etc/nginx/conf.d/roster.conf
  for name in site proxy headers brotli local; do cp "$deploy/nginx/roster/$name.conf" "/etc/nginx/roster/$name.conf"; done
  # As many workers as a start is told.
  ln -s /run/roster/nginx/upstream.conf /etc/nginx/roster/upstream.conf
  ln -s /tmp/roster/cache /var/cache/roster

  # What lies in a tmpfs is memory of the container.
  replace /etc/nginx/conf.d/roster.conf 'max_size=1g min_free=256m' 'max_size=64m'
  # Lines of several processes stay whole in a pipe as long as each write is no longer than a page.
  replace /etc/nginx/roster/site.conf 'access_log /var/log/nginx/roster.log roster buffer=64k flush=1s;' \
    'access_log /dev/stdout container buffer=4k flush=1s if=$container_is_logged;'
}

# replace FILE OLD NEW: OLD must be there, or deploy/nginx has changed and this script has to follow.
replace() {
  grep --quiet --fixed-strings "$2" "$1" || { echo "$1 has no \"$2\"" >&2; exit 1; }
  sed -i "s|$2|$3|" "$1"
}

main
