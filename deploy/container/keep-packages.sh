#!/bin/sh
# keep-packages.sh: removes all Debian packages but those that run Roster, dpkg itself last. What is not there can not be used by an
# intruder, and needs no security updates: no setuid program, no package manager, no perl.
set -eu

main() {
  # They would ask for what is removed with them; only files are left to remove without them.
  for script in preinst postinst prerm postrm config; do rm -f /var/lib/dpkg/info/*."$script"; done
  # shellcheck disable=SC2046 # Names of packages have no spaces.
  dpkg --purge --force-all $(dpkg-query --show --showformat '${Package}\n' | grep --invert-match --line-regexp --fixed-strings "$(kept_packages)") \
    >/tmp/purge.log 2>&1 || { cat /tmp/purge.log >&2; exit 1; }
  rm /tmp/purge.log
  # Links to what was removed, and what packages have left behind. /var/lib/dpkg/status stays: scanners read there what has to be updated.
  find /usr/bin /usr/sbin -lname '/etc/alternatives/*' -delete
  find /var/lib/dpkg -mindepth 1 -maxdepth 1 ! -name status -exec rm -r {} +
  rm -rf /etc/alternatives /etc/apt /etc/rc?.d /etc/init.d /etc/systemd /etc/update-motd.d /etc/ssl/certs /var/cache/apt /var/cache/debconf \
    /var/lib/apt /var/lib/pam /var/lib/systemd /var/local /var/mail
}

kept_packages() {
  # The files and names that every Debian has; what runs besides Node, and the libraries of both.
  printf '%s\n' base-files base-passwd libc-bin nginx nginx-common libnginx-mod-http-brotli-static tini \
    gcc-12-base libc6 libcrypt1 libgcc-s1 libpcre2-8-0 libssl3 libstdc++6 zlib1g
  # A shell and its tools: Docker's commands and whoever looks into a container use them.
  printf '%s\n' coreutils dash findutils grep sed libacl1 libattr1 libgmp10 libselinux1
}

main
