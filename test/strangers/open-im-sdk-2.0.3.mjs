// What an app of open-im-sdk 2.0.3 may expect of its server, by the client's own documentation: its Readme.md and declarations, and
// https://github.com/openimsdk/openim-docs (doc.rentsoft.cn at the time): docs/js_v2/sdk_integrate/*.md first; where these are
// silent, docs/client_doc/{web_doc,uni_doc}.md, docs/integrate/web/*.md, docs/flutter_v2/sdk_integrate/*.md (the same core:
// who gets which event), docs/v2/description/fields.md.
import { part, summary } from './2.0.3-checks.mjs'
import { again } from './2.0.3-again.mjs'
import { calls } from './2.0.3-calls.mjs'
import { conversations } from './2.0.3-conversations.mjs'
import { devices } from './2.0.3-devices.mjs'
import { friends } from './2.0.3-friends.mjs'
import { groups } from './2.0.3-groups.mjs'
import { history } from './2.0.3-history.mjs'
import { messages } from './2.0.3-messages.mjs'
import { miniProgram } from './2.0.3-mini-program.mjs'
import { session } from './2.0.3-session.mjs'

const topics = {
  session,
  again,
  friends,
  messages,
  history,
  conversations,
  groups,
  calls,
  devices,
  'mini-program': miniProgram
}

const usage = `Usage: node test/strangers/open-im-sdk-2.0.3.mjs <address of a gateway> [topic …]

Uses the unmodified client open-im-sdk 2.0.3 against a gateway as its documentation says, with new users, and prints a line for each
check: "ok  <sentence>" or "FAIL <sentence>: <what was expected, what came>". Exits with 1 when a check has failed.

The gateway must serve WebSockets at / (PAIFANG_IM_WS_GATEWAY_PATH=/) and have the demonstration's admin secret.

Topics: ${Object.keys(topics).join(', ')}; all of them when none is named.

  node test/strangers/open-im-sdk-2.0.3.mjs http://127.0.0.1:10003
`

const [address, ...named] = process.argv.slice(2)
if (address === undefined || address === '--help' || !URL.canParse(address)) {
  process.stdout.write(usage)
  process.exit(address === '--help' ? 0 : 2)
}
const api = address.replace(/\/$/, '')
for (const [name, topic] of Object.entries(topics)) {
  if (named.length === 0 || named.includes(name)) await part(name, () => topic(api))
}
process.exit(summary())
