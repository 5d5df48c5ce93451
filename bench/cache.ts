import { hits } from './cache/hits.ts'
import { commandLine } from './command-line.ts'
import { report } from './report.ts'

// What a hit costs, beside other caches: processes of their own, measured in turns in one run. README.md has the method.
const { numbers, json } = commandLine({
  command: 'npm run bench:cache',
  about: 'What a hit of the cache costs, beside other caches.',
  parts: [],
  numbers: {
    rounds: { about: 'Rounds', default: 7 },
    ms: { about: 'Milliseconds of each cache in a round', default: 300 }
  }
})
const measure = () => hits({ rounds: numbers.rounds, blockMs: numbers.ms })
process.exitCode = await report(new Map([['hits', measure]]), json)
