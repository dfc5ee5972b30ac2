/** The id in `/user/profile/[id]`: a decimal integer from 1 to 2⁵³ − 1, without sign or leading zero. Null for any other text. */
export function parseUserId(text: string): number | null {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(id) ? id : null
}
