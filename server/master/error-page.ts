import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brandPage } from '../http/brand-page.ts'
import { ROOT } from '../paths.ts'
import type { Settings } from '../settings.ts'
import { chownSocket } from './sockets.ts'

const PAGE = '503.html'

/**
 * Writes the page that the web server shows when no worker answers, with the site's name and colour, to the folder `errors` beside the
 * sockets: it stays there while Roster is down (RuntimeDirectoryPreserve= in roster.service). Before the first start, the web server has
 * deploy/errors/503.html itself. For the user and the group that may connect to the sockets.
 */
export function writeErrorPage(socketDirectory: string, settings: Settings): void {
  const folder = join(socketDirectory, 'errors')
  const file = join(folder, PAGE)
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, brandPage(readFileSync(join(ROOT, 'deploy/errors', PAGE), 'utf8'), settings.site))
  for (const [path, mode] of [[folder, 0o750] as const, [file, 0o640] as const]) {
    chmodSync(path, mode)
    chownSocket(path, settings)
  }
}
