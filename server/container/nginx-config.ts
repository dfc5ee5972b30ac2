import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { OperatorError } from '../errors.ts'
import { type Settings, socketPath, waitingRoomPath } from '../settings.ts'

const UPSTREAM = new URL('../../deploy/nginx/roster/upstream.conf', import.meta.url)

// One can serve tens of thousands of stored pages a second; Next is what needs the processors.
const MAX_NGINX_WORKERS = 4

type Machine = { processors: number; hasIpv6: boolean; isRoot: boolean }

/** The files of nginx's configuration that depend on settings, by name; deploy/container/nginx.conf includes them. */
export function nginxSettings(settings: Settings, trustedProxies: string, machine: Machine): Record<string, string> {
  return {
    // nginx's own default for root is a user that can not reach the workers' sockets.
    'main.conf': `worker_processes ${Math.min(machine.processors, MAX_NGINX_WORKERS)};\n${machine.isRoot ? 'user root;\n' : ''}`,
    'http.conf': isLoggedMap(settings) + trusted(trustedProxies),
    'listen.conf': listenLines(settings, machine),
    'upstream.conf': upstream(settings),
  }
}

function isLoggedMap({ logLevel }: Settings): string {
  const [all, faults] = { trace: [1, 1], debug: [1, 1], info: [1, 1], warn: [0, 1], error: [0, 1], fatal: [0, 0], silent: [0, 0] }[logLevel]
  return `map $container_log_level $container_is_logged {\n    default ${all};\n    error ${faults};\n}\n`
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

function listenLines({ host, port }: Settings, { hasIpv6 }: Machine): string {
  const hosts = host === '0.0.0.0' && hasIpv6 ? [host, '[::]'] : [isIPv6(host) ? `[${host}]` : host]
  return hosts.map((each) => `listen ${each}:${port} default_server;\n`).join('')
}

function upstream({ socketDirectory, webWorkers }: Settings): string {
  if (socketDirectory === null) throw new OperatorError('SOCKET_DIRECTORY must be a folder: nginx reaches the workers there')
  const template = readFileSync(UPSTREAM, 'utf8')
  // Each worker as often as there, where the reason stands.
  const times = template.split('worker-1.sock').length - 1
  const servers = Array.from(
    { length: times * webWorkers },
    (_, index) => `    server unix:${socketPath(socketDirectory, (index % webWorkers) + 1)} max_fails=0;\n`,
  )
  const [first, ...rest] = template.split(/^ *server unix:.*\/worker-.*\n/m)
  return [first, ...servers, ...rest].join('').replaceAll('/run/roster/waiting.sock', waitingRoomPath(socketDirectory))
}
