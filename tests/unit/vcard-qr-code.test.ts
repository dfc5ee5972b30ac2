import { renderToStaticMarkup } from 'react-dom/server'
import { encode } from 'uqr'
import { expect, test } from 'vitest'
import { vcards } from '../../app/_data/vcard.ts'
import { VcardQrCode } from '../../app/_views/vcard-qr-code.tsx'

test('the code is drawn as it is encoded, also for the longest names', () => {
  for (const length of [1, 80]) {
    const user = { id: 2 ** 31 - 1, username: '😀'.repeat(length), email: `${'ж'.repeat(118 * (length / 80))}@x`, age: null }
    const card = vcards([user], '3.0')
    const { data, size } = encode(card, { ecc: 'L', border: 4, maskPattern: 0 })
    const html = renderToStaticMarkup(VcardQrCode({ card, name: 'Ada' }))
    expect(html).toContain(`viewBox="0 0 ${size} ${size}"`)
    const drawn = data.map((row) => row.map(() => false))
    for (const [, x = '', y = '', width = ''] of html.matchAll(/M(\d+) (\d+)\.5h(\d+)/g))
      drawn[Number(y)]?.fill(true, Number(x), Number(x) + Number(width))
    expect(drawn).toEqual(data)
  }
})
