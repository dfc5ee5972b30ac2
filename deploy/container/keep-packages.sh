#!/bin/sh
# keep-packages.sh: removes all Debian packages except those that Roster needs to run; dpkg itself goes last. What is not installed cannot
# help an intruder and needs no security updates: no setuid program, no package manager, no perl.
set -eu

main() {
  # Without these scripts dpkg only deletes files; they would call programs that are being removed.
  for script in preinst postinst prerm postrm config; do rm -f /var/lib/dpkg/info/*."$script"; done
  # shellcheck disable=SC2046 # Names of packages have no spaces.
  dpkg --purge --force-all $(dpkg-query --show --showformat '${Package}\n' | grep --invert-match --line-regexp --fixed-strings "$(kept_packages)") \
    >/tmp/purge.log 2>&1 || { cat /tmp/purge.log >&2; exit 1; }
  rm /tmp/purge.log
  # Dangling links, and files that packages leave behind. /var/lib/dpkg/status stays: scanners read the installed packages there.
  find /usr/bin /usr/sbin -lname '/etc/alternatives/*' -delete
  find /var/lib/dpkg -mindepth 1 -maxdepth 1 ! -name status -exec rm -r {} +
  rm -rf /etc/alternatives /etc/apt /etc/rc?.d /etc/init.d /etc/systemd /etc/update-motd.d /etc/ssl/certs /var/cache/apt /var/cache/debconf \
    /var/lib/apt /var/lib/pam /var/lib/systemd /var/local /var/mail
}

kept_packages() {
  # Debian's base files and users; the programs that run besides Node; the libraries of all of them.
  printf '%s\n' base-files base-passwd libc-bin nginx nginx-common libnginx-mod-http-brotli-static tini \
    gcc-12-base libc6 libcrypt1 libgcc-s1 libpcre2-8-0 libssl3 libstdc++6 zlib1g
  # A shell and basic tools, for docker exec and for debugging.
  printf '%s\n' coreutils dash findutils grep sed libacl1 libattr1 libgmp10 libselinux1
}

main
