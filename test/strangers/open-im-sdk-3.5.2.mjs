// Whether a server does for the npm package open-im-sdk 3.5.2, unchanged, what the documentation of that package says.
//
// What it follows: README.md and lib/**/*.d.ts of the package (its declarations), and the pages for
// Browser/MiniProgram at https://docs.openim.io/sdks/ (api/…, callback/…, class/…, enum/…), of which
// https://github.com/openimsdk/docs has the text of the time, below docs/sdks/.
// Where these are silent or contradict one another there is no check.

import { CbEvents, RequestApi } from 'oim352'
import { Server, Topic, askedMethods, seenEvents } from './3.5.2-kit.mjs'
import { account } from './3.5.2-account.mjs'
import { connection } from './3.5.2-connection.mjs'
import { friends } from './3.5.2-friends.mjs'
import { groups } from './3.5.2-groups.mjs'
import { governing } from './3.5.2-governing.mjs'
import { admission } from './3.5.2-admission.mjs'
import { kinds } from './3.5.2-kinds.mjs'
import { sending } from './3.5.2-sending.mjs'
import { receipts } from './3.5.2-receipts.mjs'
import { history } from './3.5.2-history.mjs'
import { conversations } from './3.5.2-conversations.mjs'
import { notices } from './3.5.2-notices.mjs'
import { devices } from './3.5.2-devices.mjs'
import { uploads } from './3.5.2-uploads.mjs'

const topics = [
  account,
  connection,
  friends,
  groups,
  governing,
  admission,
  kinds,
  sending,
  receipts,
  history,
  conversations,
  notices,
  devices,
  uploads
]

const help = `Usage: node open-im-sdk-3.5.2.mjs [--coverage] [--only <topic>] <address>

Uses a server as an app with open-im-sdk 3.5.2 would, with users of its own, and says of each thing that the
documentation of the client promises whether it is so: "ok  <sentence>", or "FAIL <sentence>: <what was expected,
what came>". Ends with "<n> checks, <m> failed", and with code 1 when something failed.

  <address>       of the server, as in http://127.0.0.1:10003; the WebSocket is looked for at the same place
  --only <topic>  one of ${topics.map(({ name }) => name).join(', ')}
  --coverage      also lists the methods that were not called and the events that did not come
`

const args = process.argv.slice(2)
const take = name => (args.includes(name) ? args.splice(args.indexOf(name), 1).length > 0 : false)

if (take('--help')) {
  console.log(help)
  process.exit(0)
}
const coverage = take('--coverage')
const only = args.includes('--only') ? args.splice(args.indexOf('--only'), 2)[1] : undefined
const chosen = topics.filter(({ name }) => only === undefined || name === only)
if (args.length !== 1 || !/^https?:\/\//.test(args[0]) || chosen.length === 0) {
  console.error(help)
  process.exit(2)
}

const stray = []
process.on('unhandledRejection', reason => stray.push(reason?.stack ?? JSON.stringify(reason)))

const server = new Server(args[0])
let checks = 0
let failed = 0

function print(topic) {
  console.log(topic.lines.join('\n'))
  checks += topic.checks
  failed += topic.failed
}

const running = chosen.map(async run => {
  const topic = new Topic(server)
  await topic.step(run.name, () => run(topic))
  return topic
})
for (const topic of running) print(await topic)

const end = new Topic(server)
end.is('no promise of the client is left rejected', stray, [])
print(end)

if (coverage) {
  const lower = name => name[0].toLowerCase() + name.slice(1)
  const methods = Object.values(RequestApi).map(lower)
  console.log(`not called: ${methods.filter(name => !askedMethods.has(name)).join(', ')}`)
  console.log(
    `not seen: ${Object.values(CbEvents)
      .filter(name => !seenEvents.has(name))
      .join(', ')}`
  )
}
console.log(`${checks} checks, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
