import { OperatorError } from '../errors.ts'
import { readMountedFile } from './mounted-file.ts'

const LINE = /^[^#:\s][^:]*:\S/m

/**
 * nginx's lines for BASIC_AUTH_FILE, `file`: only people with a password in it may look. None if `file` is empty.
 * @throws OperatorError when nginx could not use the file: everyone would get an error page.
 */
export function passwordLines(file: string): string {
  if (file === '') return ''
  if (!/^\/[^"$\\\n]+$/.test(file)) throw new OperatorError(`BASIC_AUTH_FILE is "${file}"; it must be an absolute path, as in /passwords`)
  if (!LINE.test(readMountedFile(file)))
    throw new OperatorError(`BASIC_AUTH_FILE is "${file}": it has no line NAME:HASH; write it with htpasswd -c FILE NAME`)
  return `set $roster_audience some;\nauth_basic Roster;\nauth_basic_user_file "${file}";\n`
}
