import 'server-only'
import { fileURLToPath } from 'node:url'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { PrismaClient } from '../../../prisma/generated/client.ts'

const BUSY_TIMEOUT_MS = 5_000

// 32 MB of page cache. Mapping the file into memory speeds up late pages only, and counts the whole file as memory of the process.
const CONNECTION_PRAGMAS = 'PRAGMA cache_size = -32768; PRAGMA mmap_size = 0'

let connection: SqlDriverAdapter | null = null

class ReadOnlySqlite extends PrismaBetterSqlite3 {
  override async connect() {
    const adapter = await super.connect()
    try {
      await adapter.executeScript(CONNECTION_PRAGMAS)
      connection = adapter
      return adapter
    } catch (error) {
      // Otherwise each request would leave a file open, until the process may open no more.
      await adapter.dispose()
      throw error
    }
  }
}

declare global {
  var rosterDatabase: PrismaClient | undefined
}

let client: PrismaClient | undefined

/** The process's one connection to the database at `DATABASE_URL`. It is read-only. */
export function database(): PrismaClient {
  client ??= globalThis.rosterDatabase ?? connectDatabase(process.env.DATABASE_URL)
  // `next dev` loads this module again after each change of a file; each copy would open a connection of its own.
  if (process.env.NODE_ENV === 'development') globalThis.rosterDatabase = client
  return client
}

/**
 * The version of the database as this process sees it: another one after each commit, of whatever process.
 * https://www.sqlite.org/pragma.html#pragma_data_version
 */
export async function readDataVersion(): Promise<string> {
  if (connection === null) await database().$connect()
  if (connection === null) throw new Error('The connection to the database belongs to another copy of this module')
  // Prisma's client takes five times as long for it as its adapter.
  const { rows } = await connection.queryRaw({ sql: 'PRAGMA data_version', args: [], argTypes: [] })
  return String(rows[0]?.[0])
}

function connectDatabase(url: string | undefined): PrismaClient {
  if (!url) throw new Error('Cannot open the database: DATABASE_URL is not set; start Roster with `roster start` or `roster dev`')
  // The adapter takes everything after "file:" as a path, percent-encoding included.
  return new PrismaClient({ adapter: new ReadOnlySqlite({ url: fileURLToPath(url), readonly: true, timeout: BUSY_TIMEOUT_MS }) })
}
