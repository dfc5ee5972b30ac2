#!/usr/bin/env bash
# Installs, upgrades, rolls back or removes Roster on Debian 12. See docs/deploy.md.
set -euo pipefail

usage() {
  cat <<'HELP'
Usage: deploy/install.sh [options]        as root, in a clone after `npm run build`

Installs the clone's build, or upgrades to it without losing a request: user, systemd unit, nginx site. Running it again is harmless.
To change settings, roll back or uninstall without a clone there is /opt/roster/current/deploy/install.sh.

  --workers N       so many web workers from now on (default 2); restarts a running Roster
  --metrics PORT    metrics for Prometheus on 127.0.0.1:PORT; "off" ends it; restarts a running Roster
  --no-nginx        leaves nginx alone, for Apache, lighttpd or another web server
  --from DIR        the clone to install (default: the one that this script is in)
  --rollback [NAME] back to the release that was installed before the current one, or to release NAME
  --releases        lists the kept releases
  --uninstall       removes everything but the data (/var/lib/roster) and what you may have changed (/etc/roster, nginx sites)
  --destdir DIR     works on a tree below DIR, starts and reloads nothing (for packages and tests)
  --help            this text
HELP
}

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

say() {
  echo "$*"
}

KEPT_RELEASES=3
# Of each nginx process. Whoever holds 768 connections, which is what Debian has, or 512, which is nginx's own, shuts out all others.
NGINX_CONNECTIONS=8192
# A connection of a visitor, one to a worker, and a stored page each.
NGINX_FILES=32768
PACKAGES=(nginx libnginx-mod-http-brotli-static)

action=install from="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)" destdir='' workers='' metrics='' with_nginx=yes release=''
value() { [[ $# -ge 2 && $2 != -* ]] || fail "$1 needs a value; see --help"; }
while [[ $# -gt 0 ]]; do
  case $1 in
    --workers) value "$@"; workers=$2; shift ;;
    --metrics) value "$@"; metrics=$2; shift ;;
    --from) value "$@"; from=$2; shift ;;
    --destdir) value "$@"; destdir=$2; shift ;;
    --no-nginx) with_nginx=no ;;
    --rollback) action=rollback; if [[ ${2:--} != -* ]]; then release=$2; shift; fi ;;
    --releases) action=releases ;;
    --uninstall) action=uninstall ;;
    --help | -h) usage; exit ;;
    *) fail "unknown option $1; see --help" ;;
  esac
  shift
done
[[ -z $workers || ($workers =~ ^[1-9][0-9]?$ && $workers -le 64) ]] || fail "--workers is \"$workers\"; it must be a number from 1 to 64"
[[ -z $metrics || $metrics == off || $metrics =~ ^[1-9][0-9]{3,4}$ ]] || fail "--metrics is \"$metrics\"; it must be a port from 1000 up, or off"
[[ -n $destdir || $EUID -eq 0 ]] || fail 'run it as root: sudo deploy/install.sh'

# Whatever umask root has, the web server has to read these files.
umask 022
destdir=${destdir%/}
home=$destdir/opt/roster
releases=$home/releases
settings=$destdir/etc/roster/roster.env
nginx=$destdir/etc/nginx
units=$destdir/etc/systemd/system
assets=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

main() {
  [[ $action == install || $action == uninstall || -L $home/current ]] || fail 'Roster is not installed'
  mkdir -p "$home"
  exec 9>"$home/.lock"
  flock -n 9 || fail 'another install.sh is at work'
  "$action"
}

install() {
  local name
  if [[ -x $from/bin/node ]]; then
    name=$(basename "$(realpath "$from")")
  else
    check_build
    install_packages
    name=$(release_name)
    if [[ ! -d $releases/$name ]]; then add_release "$name"; else touch "$releases/$name"; fi
  fi
  share_static_files
  install_user_and_unit
  [[ $with_nginx == no ]] || install_nginx_site
  activate "$name"
  drop_old_releases
  [[ $with_nginx == no ]] || reload_changed_nginx
  say "Roster $name is installed."
}

rollback() {
  local current
  current=$(current_release)
  [[ -n $release ]] || release=$(list_releases | awk -v current="$current" 'found { print; exit } $0 == current { found = 1 }')
  [[ -n $release ]] || fail "no release is older than $current"
  [[ -d $releases/$release ]] || fail "no release $release; --releases lists those that are kept"
  activate "$release"
  say "Roster is back at $release. The database stays as it is."
}

releases() {
  list_releases | awk -v current="$(current_release)" '{ print ($0 == current ? "* " : "  ") $0 }'
}

uninstall() {
  if runs_systemd && [[ -e $units/roster.service ]]; then systemctl disable --quiet --now roster.service; fi
  rm -rf "$units/roster.service" "$units/roster.service.d" "$units/roster-metrics.socket" "$destdir/etc/sysusers.d/roster.conf"
  rm -f "$nginx/sites-enabled/roster" "$nginx/sites-enabled/roster-tls" "$nginx/conf.d/roster.conf"
  rm -f "$nginx"/roster/{site,proxy,headers,upstream,brotli}.conf
  restore_nginx_conf
  rm -f "$units/nginx.service.d/10-roster.conf"
  rmdir --ignore-fail-on-non-empty "$units/nginx.service.d" 2>/dev/null || true
  rm -rf "$home" "$destdir/var/cache/roster"
  if runs_systemd; then
    systemctl daemon-reload
    [[ ! -d $nginx/sites-enabled ]] || reload_nginx
  fi
  say 'Roster is removed. Kept: the data in /var/lib/roster, what you may have changed in /etc/roster and /etc/nginx, the user roster.'
}

check_build() {
  from=$(cd "$from" 2>/dev/null && pwd) || fail "there is no folder $from"
  build=$from/.next/standalone
  [[ -f $build/server/serve.ts ]] || fail "$from has no build: run npm run build there first"
  local node
  node=$(compgen -G "$from/node_modules/node-linux-*/bin/node" | head -n 1) || true
  [[ -x $node ]] || fail "$from/node_modules has no Node: run npm ci there first"
  "$node" --version >/dev/null 2>&1 || fail "$node does not run on this machine: run npm ci there, on this kind of machine"
  pinned_node=$node
}

install_packages() {
  [[ -z $destdir && $with_nginx == yes ]] || return 0
  if dpkg-query -W "${PACKAGES[@]}" >/dev/null 2>&1 && [[ -x /usr/sbin/nginx ]]; then return 0; fi
  [[ -x /usr/bin/apt-get ]] || fail "this is for Debian 12; elsewhere use --no-nginx and follow docs/deploy.md"
  say "Installing ${PACKAGES[*]} …"
  apt-get update -qq || fail 'apt-get update failed; its output is above'
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${PACKAGES[@]}" >/dev/null || fail 'apt-get failed; its output is above'
}

# By content: the same build is the same release, however often it is installed.
release_name() {
  local version hash
  version=$("$pinned_node" -p 'require(process.argv[1]).version' "$build/package.json")
  hash=$({ cd "$build" && find . -type f ! -name .complete -print0 | sort -z | xargs -0 sha256sum; sha256sum <"$pinned_node"; tree_hash "$assets"; } | sha256sum)
  echo "$version-${hash:0:12}"
}

tree_hash() {
  (cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

add_release() {
  local new=$releases/.new
  rm -rf "$new"
  mkdir -p "$releases"
  cp -R --preserve=mode,links,timestamps "$build" "$new"
  # Next copies the clone's settings; those of an installation are in /etc/roster.
  rm -f "$new"/.env*
  mkdir -p "$new/bin" "$new/docs"
  cp "$pinned_node" "$new/bin/node"
  cp -R "$assets" "$new/deploy"
  cp "$from/docs/deploy.md" "$new/docs/"
  say 'Compressing static files …'
  "$pinned_node" "$assets/precompress.ts" "$new/.next/static" "$new/public"
  # The service reads its code and can not change it.
  chmod -R u=rwX,go=rX "$new"
  touch "$new"
  mv -T "$new" "$releases/$1"
}

# The files of all kept releases in one folder, as hard links: a page of the release before still finds its own.
# The newest come last, so that what releases have in common is a link to the one that stays longest.
share_static_files() {
  mkdir -p "$home/static"
  local name
  for name in $(list_releases | tac); do cp -Rlf "$releases/$name/.next/static/." "$home/static/"; done
}

install_user_and_unit() {
  mkdir -p "$units" "$destdir/etc/sysusers.d" "$destdir/etc/roster" "$home/errors"
  cp "$assets/systemd/system/roster.service" "$units/roster.service"
  cp "$assets/sysusers.d/roster.conf" "$destdir/etc/sysusers.d/roster.conf"
  cp "$assets/errors/"*.html "$home/errors/"
  [[ -e $settings ]] || cp "$assets/roster/roster.env" "$settings"
  if [[ -n $workers ]]; then set_setting WEB_WORKERS "$workers"; fi
  if [[ -n $metrics ]]; then set_setting METRICS_PORT "${metrics#off}"; fi
  install_metrics_socket
  if [[ -z $destdir ]]; then systemd-sysusers "$destdir/etc/sysusers.d/roster.conf"; fi
}

install_metrics_socket() {
  local port
  port=$(sed -n 's/^METRICS_PORT=\([1-9][0-9]*\)$/\1/p' "$settings" | tail -n 1)
  if [[ -n $port ]]; then
    mkdir -p "$units/roster.service.d"
    sed "s/^\(ListenStream=127\.0\.0\.1\):.*/\1:$port/" "$assets/systemd/system/roster-metrics.socket" >"$units/roster-metrics.socket"
    cp "$assets/systemd/system/roster.service.d/metrics.conf" "$units/roster.service.d/"
  elif [[ -e $units/roster-metrics.socket ]]; then
    if runs_systemd; then systemctl stop --quiet roster-metrics.socket; fi
    rm -f "$units/roster-metrics.socket" "$units/roster.service.d/metrics.conf"
  fi
}

# set_setting NAME VALUE: in the place of its line, commented or not; an empty value comments it out.
set_setting() {
  local line="$1=$2"
  [[ -n $2 ]] || line="#$1="
  if grep -q "^#\?$1=" "$settings"; then sed -i "s/^#\?$1=.*/$line/" "$settings"; else echo "$line" >>"$settings"; fi
}

worker_count() {
  sed -n 's/^WEB_WORKERS=\([1-9][0-9]*\)$/\1/p' "$settings" | tail -n 1 | grep . || fail "WEB_WORKERS in $settings must be a number: the web server has to know the sockets"
}

install_nginx_site() {
  mkdir -p "$nginx/roster" "$nginx/conf.d" "$nginx/sites-available" "$nginx/sites-enabled"
  local name
  cp "$assets/nginx/conf.d/roster.conf" "$nginx/conf.d/roster.conf"
  for name in site proxy headers; do cp "$assets/nginx/roster/$name.conf" "$nginx/roster/$name.conf"; done
  write_upstream
  if compgen -G "$nginx/modules-enabled/*brotli-static.conf" >/dev/null; then
    cp "$assets/nginx/roster/brotli.conf" "$nginx/roster/brotli.conf"
  else
    rm -f "$nginx/roster/brotli.conf"
  fi
  keep_or_copy roster/local.conf "$nginx/roster/local.conf"
  keep_or_copy sites-available/roster "$nginx/sites-available/roster"
  keep_or_copy sites-available/roster-tls "$nginx/sites-available/roster-tls"
  raise_nginx_limits
  mkdir -p "$units/nginx.service.d"
  cp "$assets/systemd/system/nginx.service.d/10-roster.conf" "$units/nginx.service.d/10-roster.conf"
  if [[ -e $nginx/sites-enabled/roster || -e $nginx/sites-enabled/roster-tls ]]; then return; fi
  ln -sf ../sites-available/roster "$nginx/sites-enabled/roster"
  # Debian's welcome page claims the same default_server.
  if [[ -L $nginx/sites-enabled/default ]]; then
    rm "$nginx/sites-enabled/default"
    say "Debian's welcome page is off: Roster answers on port 80 instead."
  fi
}

# Only in nginx.conf itself: there may be but one events{}. What it changes is marked, for restore_nginx_conf; larger numbers stay.
raise_nginx_limits() {
  local conf=$nginx/nginx.conf
  [[ -f $conf ]] || return 0
  raise_nginx_limit worker_connections "$NGINX_CONNECTIONS" ||
    say "$conf has no line of its own for worker_connections: set it to $NGINX_CONNECTIONS in events{}."
  raise_nginx_limit worker_rlimit_nofile "$NGINX_FILES" || sed -i --follow-symlinks "1i worker_rlimit_nofile $NGINX_FILES; # Roster" "$conf"
}

# raise_nginx_limit NAME NUMBER: fails where NAME has no line.
raise_nginx_limit() {
  local before
  before=$(sed -n "s/^[[:space:]]*$1[[:space:]]\+\([0-9]\+\);.*/\1/p" "$conf" | head -n 1)
  [[ -n $before ]] || return 1
  if ((before < $2)); then sed -i --follow-symlinks "s/^\([[:space:]]*$1[[:space:]]\+\)$before;/\1$2; # Roster: was $before;/" "$conf"; fi
}

restore_nginx_conf() {
  local conf=$nginx/nginx.conf
  [[ -f $conf ]] || return 0
  sed -i --follow-symlinks -e '/; # Roster$/d' -e 's/[0-9]\+; # Roster: was \([0-9]\+;\)/\1/' "$conf"
}

keep_or_copy() {
  [[ -e $2 ]] || cp "$assets/nginx/$1" "$2"
}

write_upstream() {
  local count
  count=$(worker_count)
  awk -v count="$count" '
    /worker-1\.sock/ { for (k = 1; k <= count; k++) { line = $0; sub(/worker-1/, "worker-" k, line); print line } next }
    /worker-[0-9]+\.sock/ { next }
    { print }' "$assets/nginx/roster/upstream.conf" >"$nginx/roster/upstream.conf"
}

# Switches to release $1, and back when it does not start: the old one serves on then.
activate() {
  local before=''
  [[ ! -L $home/current ]] || before=$(current_release)
  point_current_to "$1"
  start_or_reload "$1" && return
  [[ -n $before && $before != "$1" ]] || fail 'Roster does not start: journalctl -u roster says why'
  point_current_to "$before"
  # A worker may have changed already.
  start_or_reload "$before" || true
  fail "release $1 does not start, $before serves on: journalctl -u roster says why"
}

point_current_to() {
  ln -sfn "releases/$1" "$home/.current"
  mv -T "$home/.current" "$home/current"
}

start_or_reload() {
  runs_systemd || return 0
  systemctl daemon-reload
  systemctl enable --quiet roster.service
  # Not start: one that is under way may be that of the release before.
  if [[ -n $workers$metrics ]] || ! systemctl --quiet is-active roster.service; then
    systemctl restart roster.service
  else
    systemctl reload roster.service && is_served "$1"
  fi
}

# Waits until the master has replaced its workers by those of release $1, or could not.
is_served() {
  local end=$((SECONDS + 300))
  while ((SECONDS < end)); do
    case $(systemctl show --value --property StatusText roster.service) in
      # A master of before it said so.
      '') return 0 ;;
      *"/releases/$1") return 0 ;;
      *"/releases/$1 "*) return 1 ;;
    esac
    sleep 0.2
  done
  return 1
}

# A reload hangs up on idle connections, now and then on one on which a request is under way: only for what nginx has not read yet.
reload_changed_nginx() {
  runs_systemd || return 0
  local read=$home/.nginx-has-read
  if systemctl --quiet is-active nginx.service && [[ $(nginx_hash) == "$(cat "$read" 2>/dev/null)" ]]; then return; fi
  reload_nginx
  nginx_hash >"$read"
}

nginx_hash() {
  { cd "$nginx" && find . -type l -printf '%p %l\n' | sort && tree_hash .; } | sha256sum
}

reload_nginx() {
  runs_systemd || return 0
  nginx -t -q || fail 'nginx does not take its configuration (above); it goes on with the one before'
  systemctl enable --quiet nginx.service
  systemctl reload-or-restart nginx.service
}

# Not one that a process still runs from: the master's own code may be older than its workers'.
drop_old_releases() {
  local name
  for name in $(list_releases | tail -n "+$((KEPT_RELEASES + 1))"); do
    if [[ $name == "$(current_release)" ]] || is_running "$name"; then continue; fi
    rm -rf "${releases:?}/$name"
  done
  drop_static_files_of_no_release
}

drop_static_files_of_no_release() {
  # A hard link that no release shares any more.
  find "$home/static" -type f -links 1 -delete
  find "$home/static" -mindepth 1 -type d -empty -delete
}

is_running() {
  local executable
  executable=$(realpath "$releases/$1/bin/node")
  find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' -lname "$executable" 2>/dev/null | grep -q .
}

current_release() {
  basename "$(readlink "$home/current")"
}

# Newest first, by the time of their last installation.
list_releases() {
  ls -1t "$releases"
}

runs_systemd() {
  [[ -z $destdir && -d /run/systemd/system ]]
}

main
