// What a suite of tests may need of the machine: how to find out whether it is there, and what to install if it is not.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findChromium } from './fixtures/chromium.ts'
import { findExecutable } from './fixtures/find-executable.ts'
import { findPgbouncer } from './fixtures/find-pgbouncer.ts'
import { findPostgres } from './fixtures/find-postgres.ts'

/** `what` names it for a person; `packages` of Debian 12 install it. */
export type Requirement = { what: string; packages?: string[]; isMet: () => boolean }

const NGINX_BROTLI = '/etc/nginx/modules-enabled/50-mod-http-brotli-static.conf'
const LIGHTTPD_DEFLATE = '/usr/lib/lighttpd/mod_deflate.so'
const DEBIAN_SOURCES = '/etc/apt/sources.list.d/debian.sources'

export const LINUX: Requirement = { what: 'Linux', isMet: () => process.platform === 'linux' }

export const DEBIAN: Requirement = { what: `Debian 12, with ${DEBIAN_SOURCES}`, isMet: () => existsSync(DEBIAN_SOURCES) }

export const ROOT_USER: Requirement = { what: 'root', isMet: () => process.getuid?.() === 0 }

export const NAMESPACES: Requirement = {
  what: 'the right to create namespaces (in a container: docker run --privileged)',
  isMet: () => spawnSync('unshare', ['--mount', 'true']).status === 0,
}

export const CHROMIUM: Requirement = {
  what: 'Chromium or Chrome, from your system or by npx playwright install chromium',
  packages: ['chromium-headless-shell'],
  isMet: () => findChromium() !== null,
}

// Debian's is older than the ones in Node and better-sqlite3, and so writes in other ways.
export const SQLITE3: Requirement = { what: 'sqlite3', packages: ['sqlite3'], isMet: () => hasPrograms('sqlite3') }

export const POSTGRES: Requirement = { what: 'PostgreSQL', packages: ['postgresql'], isMet: () => findPostgres() !== null }

export const CLUSTER: Requirement = {
  what: 'Patroni, etcd, HAProxy and ip',
  packages: ['patroni', 'python3-etcd', 'python3-psycopg2', 'etcd-server', 'haproxy', 'iproute2'],
  isMet: () => hasPrograms('patroni', 'etcd', 'haproxy', 'ip'),
}

export const PGBOUNCER: Requirement = { what: 'pgbouncer', packages: ['pgbouncer'], isMet: () => findPgbouncer() !== null }

export const OPENSSL: Requirement = { what: 'openssl', packages: ['openssl'], isMet: () => hasPrograms('openssl') }

export const NGINX: Requirement = {
  what: 'nginx with its brotli module',
  packages: ['nginx', 'libnginx-mod-http-brotli-static'],
  isMet: () => hasPrograms('nginx') && existsSync(NGINX_BROTLI),
}

export const APACHE: Requirement = { what: 'Apache', packages: ['apache2'], isMet: () => hasPrograms('apache2') }

export const LIGHTTPD: Requirement = {
  what: 'lighttpd with its deflate module',
  packages: ['lighttpd', 'lighttpd-mod-deflate'],
  isMet: () => hasPrograms('lighttpd') && existsSync(LIGHTTPD_DEFLATE),
}

export const SYSTEMD: Requirement = {
  what: 'systemd',
  packages: ['systemd'],
  isMet: () => hasPrograms('systemd-analyze', 'systemd-socket-activate'),
}

export const NSPAWN: Requirement = {
  what: 'systemd-nspawn and mmdebstrap',
  packages: ['systemd-container', 'mmdebstrap'],
  isMet: () => hasPrograms('systemd-nspawn', 'mmdebstrap'),
}

export const DOCKER: Requirement = {
  what: "a running Docker engine, or for one of the tests' own: root on Debian 12, the right to create namespaces, and ip",
  packages: ['iproute2'],
  isMet: () => spawnSync('docker', ['version']).status === 0 || canStartEngine(),
}

/** Whether tests/docker/engine.sh can start an engine. */
function canStartEngine(): boolean {
  return [ROOT_USER, DEBIAN, NAMESPACES].every(({ isMet }) => isMet()) && hasPrograms('apt-get', 'dpkg', 'ip', 'npm')
}

function hasPrograms(...names: string[]): boolean {
  return names.every((name) => findExecutable(name) !== null)
}
