import { readFileSync } from 'node:fs'
import { sep } from 'node:path'

// SQLite's shared memory does not reach over them: https://sqlite.org/wal.html. Not 9p and other kinds of fuse, which may be local.
const NETWORK_TYPES =
  /^(?:nfs4?|cifs|smb[23]?|smbfs|afs|ceph|lustre|glusterfs|beegfs|ocfs2|gfs2|davfs|fuse\.(?:sshfs|s3fs|rclone|glusterfs|ceph|gcsfuse|goofys|juicefs|blobfuse2?|davfs2?))$/

/** The type of the network file system that `folder`, an absolute path without symbolic links, is on; null where there is none. */
export function findNetworkFileSystem(folder: string, mounts = readMounts()): string | null {
  let best = { mountPoint: '', type: '' }
  for (const line of mounts.split('\n')) {
    // https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html; of two mounts on one place the later one counts.
    const [, mountPoint = '', type = ''] = /^(?:\S+ ){4}(\S+) .* - (\S+) /.exec(line) ?? []
    const path = mountPoint.replaceAll(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
    if (path.length >= best.mountPoint.length && isWithin(folder, path)) best = { mountPoint: path, type }
  }
  return NETWORK_TYPES.test(best.type) ? best.type : null
}

function isWithin(folder: string, mountPoint: string): boolean {
  return mountPoint !== '' && `${folder}${sep}`.startsWith(mountPoint.endsWith(sep) ? mountPoint : `${mountPoint}${sep}`)
}

// Only Linux has it.
function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return ''
  }
}
