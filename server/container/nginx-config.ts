import { isIPv6 } from 'node:net'
import { OperatorError } from '../errors.ts'
import { nginxUpstream } from '../nginx-upstream.ts'
import type { Settings } from '../settings.ts'
import { passwordLines } from './password-file.ts'

// One nginx process serves tens of thousands of cached pages a second; Next needs the processors.
const MAX_NGINX_WORKERS = 4

type Machine = { processors: number; hasIpv6: boolean; isRoot: boolean }

/** What a container has settings for, but no other installation: the values of TRUSTED_PROXIES and BASIC_AUTH_FILE, or ''. */
type ContainerSettings = { trustedProxies: string; passwordFile: string }

/**
 * The files of nginx's configuration that depend on settings, by name; deploy/container/nginx.conf includes them. `localConf` is the text of
 * roster/local.conf, which may be mounted, and older than the image.
 * @throws OperatorError for a setting that nginx cannot use.
 */
export function nginxSettings(
  settings: Settings,
  { trustedProxies, passwordFile }: ContainerSettings,
  machine: Machine,
  localConf: string,
): Record<string, string> {
  return {
    // As root, nginx would switch to a user that cannot reach the workers' sockets.
    'main.conf': `worker_processes ${Math.min(machine.processors, MAX_NGINX_WORKERS)};\n${machine.isRoot ? 'user root;\n' : ''}`,
    'http.conf': isLoggedMap(settings) + trusted(trustedProxies) + missingZones(localConf),
    'access.conf': passwordLines(passwordFile),
    'listen.conf': listenLines(settings, machine),
    'upstream.conf': upstream(settings),
  }
}

function isLoggedMap({ logLevel }: Settings): string {
  const levels = { trace: [1, 1, 1], debug: [1, 1, 1], info: [0, 1, 1], warn: [0, 0, 1], error: [0, 0, 1], fatal: [], silent: [] }
  const [debug = 0, info = 0, error = 0] = levels[logLevel]
  return `map $container_log_level $container_is_logged {\n    default ${info};\n    debug ${debug};\n    error ${error};\n}\n`
}

function trusted(proxies: string): string {
  return proxies
    .split(/[\s,]+/)
    .filter((proxy) => proxy !== '')
    .map((proxy) => {
      if (!/^[\da-fA-F.:]+(?:\/\d{1,3})?$/.test(proxy))
        throw new OperatorError(`TRUSTED_PROXIES has "${proxy}"; it must be addresses or networks, as in 192.0.2.10,10.0.0.0/8`)
      return `set_real_ip_from ${proxy};\n`
    })
    .join('')
}

// As deploy/install.sh does.
function missingZones(localConf: string): string {
  return /^[^#\n]*zone=roster_bulk:/m.test(localConf) ? '' : 'include /etc/nginx/older-local.conf;\n'
}

function listenLines({ host, port }: Settings, { hasIpv6 }: Machine): string {
  const hosts = host === '0.0.0.0' && hasIpv6 ? [host, '[::]'] : [isIPv6(host) ? `[${host}]` : host]
  return hosts.map((each) => `listen ${each}:${port} default_server;\n`).join('')
}

function upstream({ socketDirectory, webWorkers }: Settings): string {
  if (socketDirectory === null)
    throw new OperatorError('SOCKET_DIRECTORY is empty: nginx reaches the workers by sockets in that folder; remove your own value')
  return nginxUpstream(webWorkers, socketDirectory)
}
