import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

/** Debian's. The shell has the same engine without the windows around it, and takes a third of the time. */
const programs = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']
const executablePath = programs.find(program => existsSync(program))

/** Whether there is a browser to test with. */
export const hasChromium = executablePath !== undefined

if (!hasChromium) console.warn(`no ${programs.join(', no ')}: the tests in a browser are skipped`)

/** Starts a headless Chromium that looks up nothing on its own. */
export function launch(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync']
  return chromium.launch({
    ...(executablePath && { executablePath }),
    args: [...args, '--disable-background-networking', '--disable-component-update']
  })
}
