// Joiners change the shape of letters in these scripts. In others they are invisible.
const JOINING = String.raw`\p{sc=Arab}\p{sc=Syrc}\p{sc=Nkoo}\p{sc=Mand}\p{sc=Adlm}\p{sc=Rohg}\p{sc=Mong}\p{sc=Hebr}\p{sc=Deva}\p{sc=Beng}\p{sc=Guru}\p{sc=Gujr}\p{sc=Orya}\p{sc=Taml}\p{sc=Telu}\p{sc=Knda}\p{sc=Mlym}\p{sc=Sinh}\p{sc=Mymr}\p{sc=Khmr}\p{sc=Tibt}`
const JOINERS = String.raw`(?<=[[${JOINING}]&&[\p{L}\p{M}]]\p{sc=Zinh}*)[\u200C\u200D]`
// Japanese names need the variant of a character that a selector after it chooses.
const VARIANTS = String.raw`(?<=[[${JOINING}\p{sc=Han}]&&[\p{L}\p{M}]])\p{VS}`
// Among them all marks of writing direction.
const INVISIBLE = String.raw`\p{DI}\uFFF9-\uFFFB`
// The last two are an empty sign of Braille and one of music.
const SPACE = String.raw`\s\p{Cc}\u2800\u{1D159}`

const NEEDED_OR_INVISIBLE = new RegExp(`(\\p{RGI_Emoji}|${JOINERS}|${VARIANTS})|[${INVISIBLE}]`, 'gv')
const SPACES = new RegExp(`[${SPACE}]+`, 'gv')
// They would combine with the character before the text.
const MARKS_WITHOUT_LETTER = /^[ \p{M}\u200C\u200D]+/v
const VISIBLE = new RegExp(`[^${INVISIBLE}${SPACE}\\p{M}]`, 'v')

/**
 * `text` for a place without markup: a title, a description, an attribute. It is one line, without invisible characters and without those
 * that change the direction of the text around. Joiners and selectors stay where a script or an emoji needs them.
 */
export function plainText(text: string): string {
  const visible = text.toWellFormed().replaceAll(NEEDED_OR_INVISIBLE, '$1')
  return visible.replaceAll(SPACES, ' ').replace(MARKS_WITHOUT_LETTER, '').trimEnd()
}

/** Whether `text` has no visible character, so that `plainText` of it is empty. */
export function isBlank(text: string): boolean {
  return !VISIBLE.test(text)
}
