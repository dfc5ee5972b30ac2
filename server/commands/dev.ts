import { spawn } from 'node:child_process'
import { setSite } from '../../app/_site/site.ts'
import { prepareDatabase } from '../database/prepare.ts'
import { databaseUrl } from '../database/url.ts'
import { ROOT } from '../paths.ts'
import { generatePrismaClientIfStale } from '../release/build.ts'
import { readServingSettings } from '../settings.ts'

/** Prepares the database and runs `next dev` until that exits. */
export async function dev(): Promise<void> {
  const { host, port, database, seed, site } = await readServingSettings()
  await prepareDatabase(database, { seed })
  generatePrismaClientIfStale()
  setSite(site)
  const next = spawn('next', ['dev', '--hostname', host, '--port', String(port)], {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      DATABASE_URL: database.engine === 'sqlite' ? databaseUrl(database.file) : database.url,
      NEXT_TELEMETRY_DISABLED: '1',
      NODE_ENV: 'development',
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => next.kill(signal))
  next.on('exit', (status) => process.exit(status ?? 0))
}
