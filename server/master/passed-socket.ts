// The first of those that systemd passes, after stdin, stdout and stderr.
const FIRST_PASSED_FD = 3

/** The socket that systemd has opened for this process, or null: https://www.freedesktop.org/software/systemd/man/sd_listen_fds.html */
export function passedSocket(): { fd: number } | null {
  const { LISTEN_PID, LISTEN_FDS } = process.env
  return LISTEN_PID === String(process.pid) && Number(LISTEN_FDS) > 0 ? { fd: FIRST_PASSED_FD } : null
}
