// How all of Roster connects to PostgreSQL: the pages, the commands, and Prisma's own commands. Here, as neither app/ nor server/ may import
// the other.
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { checkServerIdentity, getCACertificates, type ConnectionOptions as TlsOptions } from 'node:tls'
import type { ClientConfig } from 'pg'
import { findPassword } from './password-file.ts'

const DEFAULT_SOCKET_FOLDER = '/var/run/postgresql'
const DEFAULT_PORT = 5432

// Of libpq's parameters. Others are refused rather than ignored: some of them promise security.
const PARAMETERS = [...['host', 'hostaddr', 'port', 'user', 'password'], ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey']]
const SSL_MODES = ['verify-full', 'verify-ca', 'require', 'disable'] as const
type SslMode = (typeof SSL_MODES)[number]

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/

/** Where `pg` connects to, without a URL of its own: it would follow the parameters of that in ways of its own. */
export type ConnectionOptions = Pick<ClientConfig, 'password' | 'ssl'> & {
  host: string
  port: number
  database: string
  user: string
}

/**
 * The options of `pg` for the PostgreSQL database at `url`. Parameters mean what they mean to libpq, with two differences: TLS with `verify-full`
 * is the default for each host but this machine, and authorities that Node.js trusts are trusted where `sslrootcert` names no file.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * @throws Error for a URL that cannot be followed. Its message does not contain the URL, which may have a password.
 */
export function connectionOptions(url: string): ConnectionOptions {
  const { searchParams, ...address } = parseUrl(url)
  const unknown = [...searchParams.keys()].find((name) => !PARAMETERS.includes(name))
  if (unknown !== undefined) throw new Error(`DATABASE_URL has the parameter ${unknown}, which Roster does not follow; leave it out`)
  const read = (name: string, other: string) => searchParams.get(name) || other
  const host = read('host', address.host) || DEFAULT_SOCKET_FOLDER
  const port = Number(read('port', address.port) || DEFAULT_PORT)
  const user = read('user', address.user) || process.env.PGUSER || process.env.USER || 'postgres'
  const database = address.database || user
  return {
    // With another address than that of the name in the certificate: that of a proxy on this machine.
    host: read('hostaddr', host),
    port,
    user,
    database,
    password: read('password', address.password) || process.env.PGPASSWORD || (() => findPassword({ host, port, database, user })),
    ssl: tlsOptions(host, searchParams),
  }
}

function parseUrl(url: string) {
  try {
    // The class URL knows no user without a host, such as postgresql://web@/roster, which means the socket.
    const { hostname, port, username, password, pathname, searchParams, hash } = new URL(
      url.replace(/^(\w+:\/\/[^/?#]*@)(?=[/?]|$)/, '$1%2F'),
    )
    const host = decodeURIComponent(hostname).replace(/^\[(.+)\]$/, '$1')
    if (host.includes(',') || hash !== '') throw new Error('Several hosts, or a character that is not encoded')
    return {
      host: host === '/' ? '' : host,
      port,
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database: decodeURIComponent(pathname.slice(1)),
      searchParams,
    }
  } catch {
    // Without its cause, which has the URL.
    throw new Error(
      'DATABASE_URL is not a valid address of one PostgreSQL server; it is postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %40 for @ and so on in the password',
    )
  }
}

function tlsOptions(host: string, params: URLSearchParams): false | TlsOptions {
  // PostgreSQL has no TLS on a socket.
  if (host.startsWith('/')) return false
  const mode = readSslMode(params, LOOPBACK.test(host) ? 'disable' : 'verify-full')
  if (mode === 'disable') return false
  const authorities = params.get('sslrootcert')
  const options: TlsOptions = {
    ...(authorities === 'system' && { ca: getCACertificates('system') }),
    ...(authorities !== null && authorities !== 'system' && { ca: readCertificate('sslrootcert', authorities) }),
    ...(params.has('sslcert') && { cert: readCertificate('sslcert', params.get('sslcert')) }),
    ...(params.has('sslkey') && { key: readCertificate('sslkey', params.get('sslkey')) }),
    ...(isIP(host) === 0 && { servername: host }),
  }
  // As in libpq: with a file of authorities, "require" is what "verify-ca" is.
  if (mode === 'require' && authorities === null) return { ...options, rejectUnauthorized: false }
  if (mode !== 'verify-full') return { ...options, checkServerIdentity: () => undefined }
  return { ...options, checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate) }
}

function readSslMode(params: URLSearchParams, standard: SslMode): SslMode {
  const text = params.get('sslmode') || standard
  const mode = SSL_MODES.find((each) => each === text)
  if (mode !== undefined) return mode
  throw new Error(`DATABASE_URL has sslmode=${text}; it must be one of ${SSL_MODES.join(', ')}`)
}

function readCertificate(parameter: string, path: string | null): string {
  try {
    return readFileSync((path ?? '').replace(/^~(?=\/)/, homedir()), 'utf8')
  } catch (error) {
    throw new Error(`DATABASE_URL has ${parameter}=${path}, which cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}
