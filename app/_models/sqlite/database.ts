import 'server-only'
import { fileURLToPath } from 'node:url'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { PrismaClient } from '../../../prisma/generated/client.ts'

const BUSY_TIMEOUT_MS = 5_000

// 32 MB of page cache. The file is not mapped: that makes nothing but the skipping to late pages faster, and the process would seem to be
// as large as the file.
const CONNECTION_PRAGMAS = 'PRAGMA cache_size = -32768; PRAGMA mmap_size = 0'

class ReadOnlySqlite extends PrismaBetterSqlite3 {
  override async connect() {
    const adapter = await super.connect()
    try {
      await adapter.executeScript(CONNECTION_PRAGMAS)
      return adapter
    } catch (error) {
      // Or each page that is asked for would leave a file open, until there are no more to open.
      await adapter.dispose()
      throw error
    }
  }
}

let client: PrismaClient | undefined

/** The process's one connection to the database that `DATABASE_URL` names. It can read only. */
export function database(): PrismaClient {
  client ??= connectDatabase(process.env.DATABASE_URL)
  return client
}

/** A connection to the SQLite file at `url` (`file:///absolute/path`) that cannot write, whatever calls it. */
export function connectDatabase(url: string | undefined): PrismaClient {
  if (!url) throw new Error('DATABASE_URL is not set; npm start and npm run dev set it')
  // A path: the adapter takes what follows "file:" as it is, escapes included.
  return new PrismaClient({ adapter: new ReadOnlySqlite({ url: fileURLToPath(url), readonly: true, timeout: BUSY_TIMEOUT_MS }) })
}
