// Uses the npm package open-im-sdk 2.3.0 as an app would, and says what is otherwise than its documentation has it.
//
// That is the package's README and declarations, and the pages that the README names, doc.rentsoft.cn, js_v2: init_login,
// user, friend, group, message, conversation, signaling, organization, struct
// (https://github.com/openimsdk/openim-docs/tree/main/docs/js_v2/sdk_integrate). Where these do not say who gets which events
// and in which order, it is flutter_v2 of the same version (docs/flutter_v2/sdk_integrate); for what events carry
// docs/client_doc/web_doc.md, and what the demo reads of them (https://github.com/OpenIMSDK/Open-IM-PC-Web-Demo).
import { readFileSync } from 'node:fs'
import { CbEvents, Report, Server } from './2.3.0-harness.mjs'

// A lost server, an expired token, an upload, the organisation, deleted applications (no method deletes any), and another
// page of the same user (the same platform is logged out instead).
const unmakeable = new Set([
  CbEvents.ONCONNECTFAILED,
  CbEvents.ONUSERTOKENEXPIRED,
  CbEvents.ONPROGRESS,
  CbEvents.ONSYNCSERVERFAILED,
  CbEvents.ONORGANIZATIONUPDATED,
  CbEvents.ONFRIENDAPPLICATIONDELETED,
  CbEvents.ONGROUPAPPLICATIONDELETED,
  CbEvents.ONRECVNEWMESSAGEFROMOTHERWEB
])

const usage = `Usage: node open-im-sdk-2.3.0.mjs <address of a gateway> [topic …]

Logs users of its own in at the gateway with open-im-sdk 2.3.0, calls every method that the client documents, waits for
every event, and prints a line a check: "ok  …", or "FAIL …: expected …, came …". Ends with exit code 1 when one failed.

  node open-im-sdk-2.3.0.mjs http://127.0.0.1:10003

Topics, all when none is given: login users friends groups applications members messages receipts history
  conversations calls effects
`

const names = [
  'login',
  'users',
  'friends',
  'groups',
  'applications',
  'members',
  'messages',
  'receipts',
  'history',
  'conversations',
  'calls',
  'effects'
]
const [url, ...wanted] = process.argv.slice(2)
if (!url || url.startsWith('-') || wanted.some(name => !names.includes(name))) {
  process.stdout.write(usage)
  process.exit(url === '--help' || url === '-h' ? 0 : 2)
}
const t = new Report()
const server = new Server(url)
for (const name of wanted.length > 0 ? wanted : names) {
  const topic = await import(`./2.3.0-${name}.mjs`)
  await t.section(name, () => topic.default(t, server))
}
if (wanted.length === 0) {
  const declared = readFileSync(new URL('im/index.d.ts', import.meta.resolve('oim230')), 'utf8')
  const methods = [...declared.matchAll(/^ {4}(?!private|constructor)(\w+)[:(]/gm)].map(([, name]) => name)
  const uncalled = methods.filter(name => !t.called.has(name))
  t.equal(`each of the ${methods.length} declared methods was called`, uncalled, [])
  const events = Object.values(CbEvents).filter(name => !unmakeable.has(name))
  const unseen = events.filter(name => !t.seen.has(name))
  t.equal(
    `each of ${events.length} events came, of the ${unmakeable.size} others a client cannot be the cause`,
    unseen,
    []
  )
}
process.exit(t.end())
