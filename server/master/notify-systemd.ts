import { spawn } from 'node:child_process'

type Notification = 'READY=1' | 'STOPPING=1' | 'RELOADING=1'

/**
 * Tells systemd, where that started us, what this process is doing, and `status` to those who ask systemd:
 * https://www.freedesktop.org/software/systemd/man/sd_notify.html
 */
export function notifySystemd(notification: Notification, status?: string): void {
  if (!process.env.NOTIFY_SOCKET) return
  // Its own program: Node has no datagram sockets of the unix kind. A unit with Type=notify means that systemd is there.
  const values: string[] = [notification]
  if (status !== undefined) values.push(`STATUS=${status}`)
  if (notification === 'RELOADING=1') values.push(`MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`)
  spawn('systemd-notify', [`--pid=${process.pid}`, ...values], { stdio: 'inherit' }).on('error', (error) =>
    console.error(`systemd-notify: ${error.message}`),
  )
}
