// Twice: nginx tries each line once, and a request may meet several kept connections to a worker that has just died.
const LINES_PER_WORKER = 2

/** nginx's upstream file for `workers` workers with their sockets in `socketDirectory`. */
export function nginxUpstream(workers: number, socketDirectory = '/run/roster'): string {
  const servers = Array.from(
    { length: LINES_PER_WORKER * workers },
    (_, index) => `    server unix:${socketDirectory}/worker-${(index % workers) + 1}.sock max_fails=0;\n`,
  )
  const waiting = `    server unix:${socketDirectory}/waiting.sock max_fails=0;\n`
  return `upstream roster {
${servers.join('')}    # Fewer than the lines above, so that a request never meets only dead connections.
    keepalive 2;
    # Less than the 75 s after which a worker closes an idle connection.
    keepalive_timeout 60s;
}
# The master holds requests here while no worker serves.
upstream roster_waiting {
${waiting}${waiting}}
`
}
