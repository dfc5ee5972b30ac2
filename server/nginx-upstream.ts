import { socketPath, waitingRoomPath } from './settings.ts'

/**
 * nginx's configuration of where requests go: /etc/nginx/roster/upstream.conf, for `workers` workers with their sockets in `socketDirectory`.
 * The number of sockets is all that it depends on; deploy/nginx/roster/proxy.conf has what else belongs to it.
 */
export function nginxUpstream(workers: number, socketDirectory = '/run/roster'): string {
  const sockets = Array.from({ length: workers }, (_, index) => socketPath(socketDirectory, index + 1))
  return `# Roster's workers, one socket each. \`roster nginx-upstream N\` prints this file.
upstream roster {
    # max_fails=0: never leave a worker out because it failed; it is restarted within a second.
${serverLines(sockets)}
    # Again: nginx tries each line once, and a request may meet several kept connections to a worker that has just died.
${serverLines(sockets)}
    # Connections to keep open per nginx process: few, so that a request does not meet dead ones only.
    keepalive 2;
    # Shorter than the 75 s after which a worker closes an idle connection: nginx must not send a request into one that closes.
    keepalive_timeout 60s;
}
# Roster's master: requests that find no worker wait there for the next one.
upstream roster_waiting {
${serverLines([waitingRoomPath(socketDirectory)])}
    # Again: the next worker may be killed as well.
${serverLines([waitingRoomPath(socketDirectory)])}
}
`
}

function serverLines(sockets: string[]): string {
  return sockets.map((socket) => `    server unix:${socket} max_fails=0;`).join('\n')
}
