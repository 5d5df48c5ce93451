import { serveParent } from '../child.ts'
import { makeAccounts } from './accounts.ts'
import { inLanes } from './lanes.ts'
import type { Line } from './line.ts'
import { messagesIn } from './message.ts'
import { join, protocols, type ProtocolName } from './protocols.ts'

/** What a process of clients that only listen is started with. */
export interface CrowdOptions {
  readonly servers: readonly { readonly url: string; readonly protocol: ProtocolName }[]
  /** Clients of each server: users `<name>0`, `<name>1` … */
  readonly count: number
  readonly name: string
  readonly localAddress: string
}

const sleepMs = 20
let isAwake = false
const lock = new Int32Array(new SharedArrayBuffer(4))

const { servers, count, name, localAddress } = JSON.parse(process.argv[2] ?? '') as CrowdOptions
const userIDs = Array.from({ length: count }, (_, index) => `${name}${index}`)
const crowds = await Promise.all(
  servers.map(async ({ url, protocol }) => {
    const accounts =
      protocol === 'open-im'
        ? await makeAccounts(url, userIDs)
        : userIDs.map(userID => ({ userID, token: '' }))
    return { url, protocol, accounts, messages: 0 }
  })
)
interface Reader {
  readonly line: Line
  /** What says that its messages are read. */
  readonly readMark: string | undefined
}
const readers: Reader[] = []
let answered = (): void => {}
let lost = 0

serveParent('users are there', {
  async connect() {
    for (const crowd of crowds)
      await inLanes(crowd.accounts, 64, async account => {
        const hear = (frame: Buffer): void => {
          crowd.messages += messagesIn(frame)
          if (frame.includes('"operationID":"bench')) answered()
        }
        const ended = (): void => void lost++
        const line = await join(crowd.protocol, crowd.url, account, { localAddress, hear, ended })
        readers.push({ line, readMark: protocols[crowd.protocol].readMark(account.userID) })
      })
    sleepAndLook()
    return 'connected'
  },
  /** Each reader says that it has read what has come, one after the other. */
  async read() {
    isAwake = true
    for (const { line, readMark } of readers) {
      if (readMark === undefined) continue
      const answer = new Promise<void>(resolve => void (answered = resolve))
      line.send(readMark)
      await answer
    }
    isAwake = false
    sleepAndLook()
    return 'read'
  },
  /** How many messages have come, by server. */
  messages: () => crowds.map(({ messages }) => messages),
  /** Connections that ended. */
  lost: () => lost
})

/**
 * Sleeps between two looks at the sockets. Else many a write would also wake this process, at the expense of the server,
 * which pays nothing of the kind when its readers are elsewhere.
 */
function sleepAndLook(): void {
  if (isAwake) return
  Atomics.wait(lock, 0, 0, sleepMs)
  setImmediate(sleepAndLook)
}
