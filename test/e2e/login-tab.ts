import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** The page of a login by scan in a browser. */
export interface Tab extends AsyncDisposable {
  readonly page: Page
  /** What the browser complained about. */
  readonly complaints: string[]
}

/** Opens the page of the demonstration. */
export async function openLogin(
  browser: Browser,
  gateway: string,
  context: BrowserContextOptions = {}
): Promise<Tab> {
  const page = await browser.newPage({
    locale: 'en-GB',
    viewport: { width: 1100, height: 820 },
    ...context
  })
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => message.type() === 'error' && complaints.push(message.text()))
  await page.addInitScript("addEventListener('scan-ready', ({ detail }) => (globalThis.shown = detail.url))")
  await page.goto(`${gateway}/v1/scan/demo`)
  return { page, complaints, [Symbol.asyncDispose]: () => page.close() }
}

/** Resolves once the page is in a state. */
export function shows({ page }: Tab, state: string): Promise<void> {
  return page.locator(`paifang-scan[state=${state}]`).waitFor()
}

/** Resolves once the page greets somebody. @returns whom */
export async function greets({ page }: Tab): Promise<string> {
  await page.locator('body.signed-in').waitFor()
  return page.locator('#openid').innerText()
}

/** What a phone sees in the code on the page. */
export async function codeOn(tab: Tab): Promise<string> {
  await shows(tab, 'ready')
  return tab.page.evaluate<string>('shown')
}
