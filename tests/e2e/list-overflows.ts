import type { Page } from '@playwright/test'

/** How far `page` scrolls sideways at each width, where it does: as it stands, and with text of twice the size. */
export async function listOverflows(page: Page): Promise<string[]> {
  const overflows: string[] = []
  for (const width of [320, 360, 390, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    const pixels = await page.evaluate(() =>
      ['', '200%'].map((size) => {
        document.documentElement.style.fontSize = size
        const { scrollWidth, clientWidth } = document.scrollingElement ?? document.documentElement
        document.documentElement.style.fontSize = ''
        return scrollWidth - clientWidth
      }),
    )
    if (pixels.some((pixel) => pixel > 0)) overflows.push(`at ${width}: ${pixels} px`)
  }
  return overflows
}
