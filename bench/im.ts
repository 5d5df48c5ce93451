import { parseArgs } from 'node:util'
import { churn } from './im/churn.ts'
import { fanOut } from './im/fan-out.ts'
import { latency } from './im/latency.ts'
import { memory } from './im/memory.ts'
import { requests } from './im/requests.ts'
import { partsNamed, report, type Parts } from './report.ts'

// What a chat over the gateway costs, beside bare `ws` and socket.io. Servers and clients are processes of their own.
// README.md has the method.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    connections: { type: 'string', default: '10000' },
    members: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '20000' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    churn: { type: 'string' },
    json: { type: 'string' }
  }
})
const rounds = Number(values.rounds)
const parts: Parts = new Map([
  ['memory', () => memory(Number(values.connections))],
  ['requests', () => requests(rounds, Number(values.requests))],
  ['fan-out', () => fanOut(rounds, Number(values.members))],
  ['latency', () => latency(Number(values.rate), Number(values.seconds))]
])
const chosen = positionals.length > 0 || values.churn !== undefined ? positionals : [...parts.keys()]
const wanted = new Map(partsNamed(parts, chosen))
const { churn: cycles } = values
if (cycles !== undefined) wanted.set('churn', () => churn(Number(cycles)))
process.exit(await report(wanted, values.json))
