import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

/** Debian's; `PAIFANG_TEST_CHROMIUM` names another. */
const executablePath = process.env['PAIFANG_TEST_CHROMIUM'] ?? '/usr/bin/chromium'

/** Whether there is a browser to test with. */
export const hasChromium = existsSync(executablePath)

if (!hasChromium) console.warn(`${executablePath} is not there: the tests in a browser are skipped`)

/** Starts a headless Chromium that looks up nothing on its own. */
export function launch(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync']
  return chromium.launch({
    executablePath,
    args: [...args, '--disable-background-networking', '--disable-component-update']
  })
}
