import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

type Login = { host: string; port: number; database: string; user: string }

const FIELD = String.raw`((?:\\.|[^:\\])*)`
const LINE = new RegExp(`^${Array(5).fill(FIELD).join(':')}`)

/**
 * The password for `login` in the file that PGPASSFILE names, else in ~/.pgpass. Read anew for each connection: a password may change.
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 * @throws Error when there is none, or others may read the file.
 */
export function findPassword(login: Login): string {
  const file = process.env.PGPASSFILE || join(homedir(), '.pgpass')
  // Both names are in use for a socket.
  const hosts = login.host.startsWith('/') ? [login.host, 'localhost'] : [login.host]
  const wanted = [hosts, [String(login.port)], [login.database], [login.user]]
  for (const line of readPrivate(file)) {
    const fields = LINE.exec(line)
      ?.slice(1)
      .map((field) => field.replaceAll(/\\(.)/g, '$1'))
    const password = fields?.[4]
    if (password && wanted.every((names, index) => ['*', ...names].includes(fields?.[index] ?? ''))) return password
  }
  const { user, host, port, database } = login
  throw new Error(`the server demands a password; DATABASE_URL has none, and ${file} has none for ${host}:${port}:${database}:${user}`)
}

/** The lines of `file`; none when it does not exist. */
function readPrivate(file: string): string[] {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return []
  // As libpq has it for a key: a file of root may be readable for the group of the service, as Kubernetes mounts it.
  if ((stats.mode & (stats.uid === 0 ? 0o037 : 0o077)) !== 0) throw new Error(`others may read the passwords in ${file}: chmod 600 ${file}`)
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
}
