import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBlank, plainText } from '../../app/_views/plain-text.ts'

describe('plainText', () => {
  test.each([
    ['direction marks', 'a\u202eb\u200f\u2066c\u061cd\u2069', 'abcd'],
    ['characters without a sign', 'A\u200bn\u2060n\u00ad\u3164\ufeff\uffa0\u115f\u180e\u034f T\u{e0001}\u{e0041}win\ufff9', 'Ann Twin'],
    ['joiners that nothing needs', 'a\u200db \u200cΩ\u200cΩ 山\u200d田 1\ufe0f e\u0301\u200dx', 'ab ΩΩ 山田 1 e\u0301x'],
    ['accents without a letter', '\u200b \u0301\u0301 a\u0301', 'a\u0301'],
  ])('drops %s', (_, text, plain) => {
    expect(plainText(text)).toBe(plain)
  })

  test('is one line and never splits a character', () => {
    expect(plainText(' a\0b\n\t c\u2028\u0085d\u2800e\u00a0 ')).toBe('a b c d e')
    expect(plainText('a\ud800b\udc00')).toBe('a\ufffdb\ufffd')
  })

  test.each([
    ['names in any script', "Miles O'Brien Ελένη Ångström Đặng 山田 אברהם สมชาย 100%_sure <b>"],
    ['Persian', 'می\u200cشود نَ\u200cمی'],
    ['the languages of India', 'രാജന\u0d4d\u200d ක\u0dca\u200dර क\u094d\u200cष'],
    ['Mongolian', '\u1820\u180b\u1821'],
    ['Japanese names', '葛\u{e0100}城 辻\ufe00'],
    [
      'emoji',
      '👩\u200d❤\ufe0f\u200d👩 👩🏽\u200d🚒 🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} 🇩🇪',
    ],
    ['what bytes that are no text become', 'Ren\ufffd'],
  ])('does not change %s', (_, text) => {
    expect(plainText(text)).toBe(text)
  })

  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('a', ' ', '\u0301', '\u0645', '\u094d', '👩', '🏴', '\u200c', '\u200d', '\ufe0f', '\u{e0067}', '\ud83d'),
    }),
  )

  test('contains no direction mark or control character, and is empty only for invisible text', () => {
    fc.assert(
      fc.property(text, (name) => {
        const plain = plainText(name)
        expect(plain).not.toMatch(/[\p{Bidi_Control}\p{Cc}\p{Cs}\u00ad\u200b\u2060\u3164\ufeff]|^\s|\s$|\s\s/u)
        expect(plain === '').toBe(isBlank(name))
        expect(plainText(plain)).toBe(plain)
      }),
      { numRuns: 1000 },
    )
  })
})
