import { chmodSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { brandPage } from '../http/brand-page.ts'
import { ROOT } from '../paths.ts'
import type { Settings } from '../settings.ts'
import { chownSocket } from './sockets.ts'

/**
 * Writes the pages that the web server shows by itself, such as when no worker answers, with the site's name and colour, to the folder
 * `errors` beside the sockets: they stay there while Roster is down (RuntimeDirectoryPreserve= in roster.service). Until the first start
 * after a boot, the web server has those of deploy/errors. For the user and the group that may connect to the sockets.
 */
export function writeErrorPages(socketDirectory: string, settings: Settings): void {
  const folder = join(socketDirectory, 'errors')
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o750)
  chownSocket(folder, settings)
  for (const page of globSync(join(ROOT, 'deploy/errors/*.html'))) {
    const file = join(folder, basename(page))
    writeFileSync(file, brandPage(readFileSync(page, 'utf8'), settings.site))
    chmodSync(file, 0o640)
    chownSocket(file, settings)
  }
}
