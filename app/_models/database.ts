import 'server-only'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaClient } from '../../prisma/generated/client.ts'

const BUSY_TIMEOUT_MS = 5_000

// query_only: what serves pages can not write, whatever it calls. 32 MB of page cache. The file is not mapped: that makes nothing but the
// skipping to late pages faster, and the process would seem to be as large as the file.
const CONNECTION_PRAGMAS = 'PRAGMA query_only = 1; PRAGMA foreign_keys = 1; PRAGMA cache_size = -32768; PRAGMA mmap_size = 0'

class ReadOnlyLibSql extends PrismaLibSql {
  override async connect() {
    const adapter = await super.connect()
    await adapter.executeScript(CONNECTION_PRAGMAS)
    return adapter
  }

  override createClient(config: Parameters<PrismaLibSql['createClient']>[0]) {
    const client = super.createClient(config)
    const beginTransaction = client.transaction.bind(client)
    client.transaction = async (mode?: 'write' | 'read' | 'deferred') => {
      const transaction = await beginTransaction(mode)
      // The transaction keeps libSQL's connection: whatever follows runs on a new one, which has nothing set yet.
      await client.executeMultiple(CONNECTION_PRAGMAS)
      return transaction
    }
    return client
  }
}

let client: PrismaClient | undefined

/** The process's one connection to the database that `DATABASE_URL` names. It can read only. */
export function database(): PrismaClient {
  client ??= connectDatabase(process.env.DATABASE_URL)
  return client
}

export function connectDatabase(url: string | undefined): PrismaClient {
  if (!url) throw new Error('DATABASE_URL is not set; npm start and npm run dev set it')
  return new PrismaClient({ adapter: new ReadOnlyLibSql({ url, timeout: BUSY_TIMEOUT_MS }) })
}
