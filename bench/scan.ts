import { commandLine } from './command-line.ts'
import { partsNamed, report, type Parts } from './report.ts'
import { callback } from './scan/callback.ts'
import { waiting } from './scan/waiting.ts'

// What a login by scan costs, and whether one is ever lost. Gateway, WeChat and pages are processes of their own.
// README.md has the method.
const usual = ['waiting', 'callback']
const { numbers, ...line } = commandLine({
  command: 'npm run bench:scan',
  about: 'What a login by scan costs, and whether one is ever lost.',
  parts: usual,
  numbers: {
    pages: { about: 'Pages of `waiting`', default: 1_000 },
    scans: { about: 'Scans a second', default: 200 },
    seconds: { about: 'For so many seconds', default: 4 },
    pushes: { about: 'Pushes in a round of `callback`', default: 2_000 }
  }
})
const { pages, scans: perSecond, seconds, pushes } = numbers
const parts: Parts = new Map([
  ['waiting', () => waiting({ pages, perSecond, seconds })],
  ['callback', () => callback(pushes)]
])

process.exit(await report(partsNamed(parts, line.parts.length > 0 ? line.parts : usual), line.json))
