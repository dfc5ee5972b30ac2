import { encode } from 'uqr'

// Scanners need a quiet zone of four modules: ISO/IEC 18004.
const BORDER = 4
// Any of the eight is valid; to try all of them for the prettiest takes two thirds of the time of a page.
const MASK_PATTERN = 0

/** A QR code of `card`, black on white in any colour scheme. */
export function VcardQrCode({ card, name }: { card: string; name: string }) {
  const { data, size } = encode(card, { ecc: 'L', border: BORDER, maskPattern: MASK_PATTERN })
  return (
    <svg role="img" aria-label={`QR code with the contact data of ${name}`} viewBox={`0 0 ${size} ${size}`} className="size-64 max-w-full">
      <path fill="#ffffff" d={`M0 0h${size}v${size}H0z`} />
      <path stroke="#000000" shapeRendering="crispEdges" d={data.map(drawRow).join('')} />
    </svg>
  )
}

/** A line for each run of dark modules. */
function drawRow(row: boolean[], y: number): string {
  let path = ''
  for (let x = row.indexOf(true); x >= 0; ) {
    const end = row.indexOf(false, x)
    path += `M${x} ${y}.5h${end - x}`
    x = row.indexOf(true, end)
  }
  return path
}
