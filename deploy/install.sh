#!/usr/bin/env bash
# Installs, upgrades, rolls back or removes Roster on Debian 12. See docs/operate-debian.md. Over 200 lines: one script needs no other file.
# deploy/NAME is /etc/NAME on the machine; deploy/bin is /usr/local/bin, and deploy/errors /opt/roster/errors.
set -euo pipefail

usage() {
  cat <<'HELP'
Usage: deploy/install.sh [options]        as root, in a clone after `npm run build`

Installs the clone's build, or upgrades to it without losing a request: user, systemd unit, `roster` command, nginx site.
You can run it again at any time. To change settings, roll back or uninstall without a clone, use
/opt/roster/current/deploy/install.sh.

  --workers N       use N web workers from now on (default 2); restarts Roster if it is running
  --metrics PORT    serve metrics for Prometheus on 127.0.0.1:PORT, or stop with "off"; restarts Roster if it is running
  --no-nginx        do not touch nginx: for Apache, lighttpd or another web server
  --from DIR        install the clone in DIR (default: the one that this script is in)
  --rollback [NAME] go back to the release installed before the current one, or to release NAME
  --releases        list the kept releases
  --uninstall       remove everything except the data (/var/lib/roster) and your own files (/etc/roster, nginx sites)
  --destdir DIR     work on the tree below DIR, and start and reload nothing (for packages and tests)
  --help            show this text
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
# For each nginx process. With Debian's 768 (nginx's own default is 512), one visitor could hold them all and shut out everybody else.
NGINX_CONNECTIONS=8192
# For each connection: the visitor's socket, one to a worker, and a cached page.
NGINX_FILES=32768
PACKAGES=(nginx libnginx-mod-http-brotli-static)
# The files in /etc/nginx/roster that each upgrade replaces.
NGINX_PARTS=(site proxy headers brotli older-local open sign-in oauth2-proxy authelia authentik)

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
[[ -z $metrics || $metrics == off || $metrics =~ ^[1-9][0-9]{3,4}$ ]] || fail "--metrics is \"$metrics\"; it must be a port of 1000 or more, or off"
[[ -n $destdir || $EUID -eq 0 ]] || fail 'run it as root: sudo deploy/install.sh'

# The web server must be able to read the files, even if root has a strict umask.
umask 022
destdir=${destdir%/}
home=$destdir/opt/roster
releases=$home/releases
settings=$destdir/etc/roster/roster.env
nginx=$destdir/etc/nginx
units=$destdir/etc/systemd/system
assets=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

main() {
  [[ $action == install || $action == uninstall || -L $home/current ]] || fail 'Roster is not installed; run deploy/install.sh in a clone first'
  mkdir -p "$home"
  exec 9>"$home/.lock"
  flock -n 9 || fail 'another install.sh is running; wait until it has finished'
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
  install_user_and_settings
  [[ $with_nginx == no ]] || install_nginx_site "$name"
  activate "$name"
  drop_old_releases
  [[ $with_nginx == no ]] || reload_changed_nginx
  say "Roster $name is installed."
}

rollback() {
  local current
  current=$(current_release)
  [[ -n $release ]] || release=$(list_releases | awk -v current="$current" 'found { print; exit } $0 == current { found = 1 }')
  [[ -n $release ]] || fail "cannot roll back: no kept release is older than $current"
  [[ -d $releases/$release ]] || fail "there is no release $release; --releases lists the kept ones"
  activate "$release"
  say "Roster is back at release $release. The database was not changed."
}

releases() {
  list_releases | awk -v current="$(current_release)" '{ print ($0 == current ? "* " : "  ") $0 }'
}

uninstall() {
  local name
  if runs_systemd && [[ -e $units/roster.service ]]; then systemctl disable --quiet --now roster.service; fi
  if runs_systemd && [[ -e $units/roster-backup.timer ]]; then systemctl disable --quiet --now roster-backup.timer; fi
  rm -f "$units"/roster-backup.{service,timer}
  rm -rf "$units/roster.service" "$units/roster.service.d" "$units/roster-metrics.socket" "$destdir/etc/sysusers.d/roster.conf"
  rm -f "$destdir/usr/local/bin/roster"
  rm -f "$nginx/sites-enabled/roster" "$nginx/sites-enabled/roster-tls" "$nginx/conf.d/roster.conf"
  for name in upstream "${NGINX_PARTS[@]}"; do rm -f "$nginx/roster/$name.conf"; done
  restore_nginx_conf
  rm -f "$units/nginx.service.d/10-roster.conf"
  rmdir --ignore-fail-on-non-empty "$units/nginx.service.d" 2>/dev/null || true
  rm -rf "$home" "$destdir/var/cache/roster" "$destdir/run/roster"
  if runs_systemd; then
    systemctl daemon-reload
    [[ ! -d $nginx/sites-enabled ]] || reload_nginx
  fi
  say 'Roster is removed. Kept: the data in /var/lib/roster, your files in /etc/roster and /etc/nginx, and the user roster.'
}

check_build() {
  from=$(cd "$from" 2>/dev/null && pwd) || fail "there is no folder $from; --from must name a clone"
  build=$from/.next/standalone
  [[ -f $build/sbom.cdx.json ]] || fail "$from has no complete build: run npm run build there first"
  local node
  node=$(compgen -G "$from/node_modules/node-linux-*/bin/node" | head -n 1) || true
  [[ -x $node ]] || fail "$from/node_modules has no Node: run npm ci there first"
  "$node" --version >/dev/null 2>&1 || fail "$node does not run on this machine: run npm ci on a machine of the same architecture"
  pinned_node=$node
}

install_packages() {
  [[ -z $destdir && $with_nginx == yes ]] || return 0
  if dpkg-query -W "${PACKAGES[@]}" >/dev/null 2>&1 && [[ -x /usr/sbin/nginx ]]; then return 0; fi
  [[ -x /usr/bin/apt-get ]] || fail "only Debian 12 is supported; on another system use --no-nginx and see docs/other-web-servers.md"
  say "Installing ${PACKAGES[*]} …"
  apt-get update -qq || fail 'apt-get update failed; its output is above'
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${PACKAGES[@]}" >/dev/null || fail 'apt-get failed; its output is above'
}

# A hash of the content: installing the same build again adds no release.
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
  # Next copies the clone's settings; an installation has its own in /etc/roster.
  rm -f "$new"/.env*
  mkdir -p "$new/bin" "$new/docs"
  cp "$pinned_node" "$new/bin/node"
  # The build has deploy/errors.
  cp -RT "$assets" "$new/deploy"
  cp "$from"/docs/*.md "$new/docs/"
  # The service can read its code but not change it.
  chmod -R u=rwX,go=rX "$new"
  touch "$new"
  mv -T "$new" "$releases/$1"
}

# Collects the static files of all kept releases in one folder, as hard links: a page of the previous release still finds its own.
# The newest release comes last: files that releases share are linked to the one that is kept longest.
share_static_files() {
  mkdir -p "$home/static"
  local name
  for name in $(list_releases | tac); do cp -Rlf "$releases/$name/.next/static/." "$home/static/"; done
}

install_user_and_settings() {
  mkdir -p "$units" "$destdir/etc/sysusers.d" "$destdir/etc/roster" "$destdir/usr/local/bin" "$home/errors"
  cp "$assets/sysusers.d/roster.conf" "$destdir/etc/sysusers.d/"
  cp "$assets/bin/roster" "$destdir/usr/local/bin/"
  # They stay at a rollback: an enabled timer must not be lost.
  cp "$assets/systemd/system/"roster-backup.{service,timer} "$units/"
  cp "$assets/errors/"* "$home/errors/"
  [[ -e $settings ]] || cp "$assets/roster/roster.env" "$settings"
  if [[ -n $workers ]]; then set_setting WEB_WORKERS "$workers"; fi
  if [[ -n $metrics ]]; then set_setting METRICS_PORT "${metrics#off}"; fi
  install_metrics_socket
  if [[ -z $destdir ]]; then systemd-sysusers "$destdir/etc/sysusers.d/roster.conf"; fi
  install_postgres_settings
}

install_metrics_socket() {
  local port
  port=$(sed -n 's/^METRICS_PORT=\([1-9][0-9]*\)$/\1/p' "$settings" | tail -n 1)
  if [[ -n $port ]]; then
    sed "s/^\(ListenStream=127\.0\.0\.1\):.*/\1:$port/" "$assets/systemd/system/roster-metrics.socket" >"$units/roster-metrics.socket"
    add_drop_in metrics
  elif [[ -e $units/roster-metrics.socket ]]; then
    if runs_systemd; then systemctl stop --quiet roster-metrics.socket; fi
    rm -f "$units/roster-metrics.socket" "$units/roster.service.d/metrics.conf"
  fi
}

# With PostgreSQL, the service needs the network, and a file for the password.
install_postgres_settings() {
  local password=$destdir/etc/roster/pgpass
  if ! uses_postgres; then
    rm -f "$units/roster.service.d/postgres.conf"
    return
  fi
  add_drop_in postgres
  [[ -e $password ]] || touch "$password"
  chmod 0600 "$password"
  if [[ -z $destdir ]]; then chown roster:roster "$password"; fi
}

# add_drop_in NAME: adds NAME.conf to the unit of Roster.
add_drop_in() {
  mkdir -p "$units/roster.service.d"
  cp "$assets/systemd/system/roster.service.d/$1.conf" "$units/roster.service.d/"
}

uses_postgres() {
  grep -Eq '^DATABASE_URL=["'"'"']?postgres(ql)?://' "$settings"
}

# set_setting NAME VALUE: replaces the line of NAME, even if it is a comment; an empty VALUE makes it a comment.
set_setting() {
  local line="$1=$2"
  [[ -n $2 ]] || line="#$1="
  if grep -q "^#\?$1=" "$settings"; then sed -i "s/^#\?$1=.*/$line/" "$settings"; else echo "$line" >>"$settings"; fi
}

worker_count() {
  sed -n 's/^WEB_WORKERS=\([1-9][0-9]*\)$/\1/p' "$settings" | tail -n 1 | grep . || fail "WEB_WORKERS in $settings is not a number: set it with --workers N"
}

# install_nginx_site RELEASE
install_nginx_site() {
  local name
  mkdir -p "$nginx"/{conf.d,roster,sites-available,sites-enabled} "$units/nginx.service.d"
  # The operator's files, which may have been changed.
  for name in roster/{local,access}.conf sites-available/{roster,roster-tls}; do
    [[ -e $nginx/$name ]] || cp "$assets/nginx/$name" "$nginx/$name"
  done
  cp "$assets/nginx/conf.d/roster.conf" "$nginx/conf.d/"
  for name in "${NGINX_PARTS[@]}"; do cp "$assets/nginx/roster/$name.conf" "$nginx/roster/"; done
  if grep -q '^[^#]*zone=roster_bulk:' "$nginx/roster/local.conf"; then rm "$nginx/roster/older-local.conf"; fi
  compgen -G "$nginx/modules-enabled/*brotli-static.conf" >/dev/null || rm "$nginx/roster/brotli.conf"
  write_upstream "$1"
  raise_nginx_limits
  cp "$assets/systemd/system/nginx.service.d/10-roster.conf" "$units/nginx.service.d/"
  if [[ -e $nginx/sites-enabled/roster || -e $nginx/sites-enabled/roster-tls ]]; then return; fi
  ln -sf ../sites-available/roster "$nginx/sites-enabled/roster"
  # Debian's welcome page claims the same default_server.
  if [[ -L $nginx/sites-enabled/default ]]; then
    rm "$nginx/sites-enabled/default"
    say "Debian's welcome page is disabled: Roster uses port 80 now."
  fi
}

# write_upstream RELEASE: tells nginx where the workers' sockets are.
write_upstream() {
  local count upstream
  count=$(worker_count)
  upstream=$("$releases/$1/bin/node" "$releases/$1/server/roster.ts" nginx-upstream "$count") || fail 'roster nginx-upstream failed; its output is above'
  echo "$upstream" >"$nginx/roster/upstream.conf"
}

# In nginx.conf itself, because nginx allows only one events{}. Changed lines are marked for restore_nginx_conf; larger numbers stay.
raise_nginx_limits() {
  local conf=$nginx/nginx.conf
  [[ -f $conf ]] || return 0
  raise_nginx_limit worker_connections "$NGINX_CONNECTIONS" ||
    say "Cannot set worker_connections: $conf has no line for it; set it to $NGINX_CONNECTIONS in events{}."
  raise_nginx_limit worker_rlimit_nofile "$NGINX_FILES" || sed -i --follow-symlinks "1i worker_rlimit_nofile $NGINX_FILES; # Roster" "$conf"
}

# raise_nginx_limit NAME NUMBER: fails if $conf has no line for NAME.
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

# Switches to release $1. If it does not start, switches back: the previous release keeps serving.
activate() {
  local before=''
  [[ ! -L $home/current ]] || before=$(current_release)
  point_to "$1"
  start_or_reload "$1" && return
  [[ -n $before && $before != "$1" ]] || fail 'Roster does not start: see journalctl -u roster'
  point_to "$before"
  # Some workers may run the new release already.
  start_or_reload "$before" || true
  fail "release $1 does not start, $before is still running: see journalctl -u roster"
}

# Makes release $1 the current one, with its own unit: only that names the commands that the release has.
point_to() {
  ln -sfn "releases/$1" "$home/.current"
  mv -T "$home/.current" "$home/current"
  local unit=$releases/$1/deploy/systemd/system/roster.service
  # Releases of version 0.1.
  [[ -e $unit ]] || unit=$releases/$1/deploy/systemd/roster.service
  cp "$unit" "$units/roster.service"
}

start_or_reload() {
  runs_systemd || return 0
  systemctl daemon-reload
  systemctl enable --quiet roster.service
  # Not `start`: one that is in progress may be that of the previous release.
  if [[ -n $workers$metrics ]] || ! systemctl --quiet is-active roster.service; then
    systemctl restart roster.service
  else
    systemctl reload roster.service && is_served "$1"
  fi
}

# Waits until the master has replaced its workers with those of release $1; fails if it could not.
is_served() {
  local end=$((SECONDS + 300))
  while ((SECONDS < end)); do
    case $(systemctl show --value --property StatusText roster.service) in
      # Masters of the first releases report no status.
      '') return 0 ;;
      *"/releases/$1 cannot start"*) return 1 ;;
      # Masters of version 0.1.
      *"/releases/$1 can not be served"*) return 1 ;;
      *"/releases/$1") return 0 ;;
    esac
    sleep 0.2
  done
  return 1
}

# Only if nginx has not read these files yet: a reload closes idle connections, and now and then one with a request in progress.
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
  nginx -t -q || fail 'nginx rejects its configuration (see above) and keeps running with the previous one'
  systemctl enable --quiet nginx.service
  systemctl reload-or-restart nginx.service
}

# Keeps a release that a process still runs from: the master's code may be older than that of its workers.
drop_old_releases() {
  local name
  for name in $(list_releases | tail -n "+$((KEPT_RELEASES + 1))"); do
    if [[ $name == "$(current_release)" ]] || is_running "$name"; then continue; fi
    rm -rf "${releases:?}/$name"
  done
  drop_static_files_of_no_release
}

drop_static_files_of_no_release() {
  # Files without another hard link belong to no release any more.
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

# Newest first, by the time of the last installation.
list_releases() {
  ls -1t "$releases"
}

runs_systemd() {
  [[ -z $destdir && -d /run/systemd/system ]]
}

main
