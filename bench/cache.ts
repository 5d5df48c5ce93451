import { parseArgs } from 'node:util'
import { hits } from './cache/hits.ts'
import { report } from './report.ts'

// What a hit costs, beside other caches: processes of their own, measured in turns in one run. README.md has the method.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    ms: { type: 'string', default: '300' },
    json: { type: 'string' }
  }
})
const measure = () => hits({ rounds: Number(values.rounds), blockMs: Number(values.ms) })
process.exitCode = await report(new Map([['hits', measure]]), values.json)
