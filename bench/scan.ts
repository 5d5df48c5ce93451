import { parseArgs } from 'node:util'
import { partsNamed, report, type Parts } from './report.ts'
import { callback } from './scan/callback.ts'
import { waiting } from './scan/waiting.ts'

// What a login by scan costs, and whether one is ever lost. Gateway, WeChat and pages are processes of their own.
// README.md has the method.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pages: { type: 'string', default: '1000' },
    scans: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '4' },
    pushes: { type: 'string', default: '2000' },
    json: { type: 'string' }
  }
})
const parts: Parts = new Map([
  [
    'waiting',
    () =>
      waiting({
        pages: Number(values.pages),
        perSecond: Number(values.scans),
        seconds: Number(values.seconds)
      })
  ],
  ['callback', () => callback(Number(values.pushes))]
])

process.exit(
  await report(partsNamed(parts, positionals.length > 0 ? positionals : [...parts.keys()]), values.json)
)
