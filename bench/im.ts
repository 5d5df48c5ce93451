import { commandLine } from './command-line.ts'
import { churn } from './im/churn.ts'
import { fanOut } from './im/fan-out.ts'
import { latency } from './im/latency.ts'
import { memory } from './im/memory.ts'
import { requests } from './im/requests.ts'
import { partsNamed, report, type Parts } from './report.ts'

// What a chat over the gateway costs, beside bare `ws` and socket.io. Servers and clients are processes of their own.
// README.md has the method.
const usual = ['memory', 'requests', 'fan-out', 'latency']
const { numbers, ...line } = commandLine({
  command: 'npm run bench:im',
  about: 'What a chat over the gateway costs, beside bare ws and socket.io.',
  parts: usual,
  numbers: {
    connections: { about: 'Connections of `memory`', default: 10_000 },
    members: { about: 'Members of the group of `fan-out`', default: 2_000 },
    rounds: { about: 'Rounds of `requests` and `fan-out`', default: 5 },
    requests: { about: 'Requests in a round', default: 20_000 },
    rate: { about: 'Messages a second of `latency`', default: 1_000 },
    seconds: { about: 'Seconds of `latency`', default: 10 },
    churn: { about: 'Instead, or as well: so many connections that log in and out' }
  }
})
const { connections, members, rounds, requests: count, rate, seconds, churn: cycles } = numbers
const parts: Parts = new Map([
  ['memory', () => memory(connections)],
  ['requests', () => requests(rounds, count)],
  ['fan-out', () => fanOut(rounds, members)],
  ['latency', () => latency(rate, seconds)]
])
const chosen = line.parts.length > 0 || cycles !== undefined ? line.parts : usual
const wanted = new Map(partsNamed(parts, chosen))
if (cycles !== undefined) wanted.set('churn', () => churn(cycles))
process.exit(await report(wanted, line.json))
