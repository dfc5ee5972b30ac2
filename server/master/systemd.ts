import { spawn } from 'node:child_process'

type Notification = 'READY=1' | 'STOPPING=1' | 'RELOADING=1'

// The first file descriptor that systemd passes, after stdin, stdout and stderr.
const FIRST_PASSED_FD = 3

/**
 * Notifies systemd, if it started this process, of the process's state; `systemctl status` shows `status`.
 * https://www.freedesktop.org/software/systemd/man/sd_notify.html
 */
export function notifySystemd(notification: Notification, status?: string): void {
  if (!process.env.NOTIFY_SOCKET) return
  const values: string[] = [notification]
  if (status !== undefined) values.push(`STATUS=${status}`)
  if (notification === 'RELOADING=1') values.push(`MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`)
  // By systemd's own program, as Node has no unix datagram sockets. Where NOTIFY_SOCKET is set, it is installed.
  spawn('systemd-notify', [`--pid=${process.pid}`, ...values], { stdio: 'inherit' }).on('error', (error) =>
    console.error(`systemd-notify failed: ${error.message}`),
  )
}

/** The socket that systemd opened for this process, or null: https://www.freedesktop.org/software/systemd/man/sd_listen_fds.html */
export function passedSocket(): { fd: number } | null {
  const { LISTEN_PID, LISTEN_FDS } = process.env
  return LISTEN_PID === String(process.pid) && Number(LISTEN_FDS) > 0 ? { fd: FIRST_PASSED_FD } : null
}
