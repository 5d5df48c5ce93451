import { setTimeout as sleep } from 'node:timers/promises'
import { serveParent } from '../child.ts'
import { percentile } from '../figures.ts'
import { makeAccounts, type Account } from './accounts.ts'
import { inLanes } from './lanes.ts'
import type { Line } from './line.ts'
import { messagesIn } from './message.ts'
import { join, protocols, type ProtocolName } from './protocols.ts'

/** What a process of clients that ask and write is started with. */
export interface TalkOptions {
  readonly server: { readonly url: string; readonly protocol: ProtocolName }
  /** Users `<name>0`, `<name>1` … */
  readonly count: number
  readonly name: string
  /** Requests for one question. */
  readonly requests: number
  /** Messages of one to the next, and for how long. */
  readonly perSecond: number
  readonly seconds: number
}

/** What sending for a while comes to. */
export interface Delivered {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly missing: number
}

/** How long the last messages may take. */
const patienceMs = 5_000

const { server, count, name, requests, perSecond, seconds } = JSON.parse(process.argv[2] ?? '') as TalkOptions
const { url, protocol } = server
const userIDs = Array.from({ length: count }, (_, index) => `${name}${index}`)
const accounts: readonly Account[] =
  protocol === 'open-im' ? await makeAccounts(url, userIDs) : userIDs.map(userID => ({ userID, token: '' }))
/** A client, and what takes what it hears. */
interface Talker {
  readonly userID: string
  readonly line: Line
  hear?: (frame: Buffer) => void
}
const talkers: Talker[] = []
await inLanes(accounts, 32, async account => {
  const talker: Pick<Talker, 'userID' | 'hear'> = { userID: account.userID }
  const line = await join(protocol, url, account, { hear: frame => talker.hear?.(frame) })
  talkers.push(Object.assign(talker, { line }))
})

serveParent('connected', {
  GetLoginStatus: () => ask('GetLoginStatus'),
  GetSelfUserInfo: () => ask('GetSelfUserInfo'),
  deliver
})

/** Each client asks again as soon as it is answered. Resolves with the number of answers. */
async function ask(method: string): Promise<number> {
  let left = requests
  await Promise.all(
    talkers.map(talker => {
      return new Promise<void>((resolve, reject) => {
        const next = (): void => {
          if (left-- > 0) talker.line.send(protocols[protocol].request(method, talker.userID))
          else resolve()
        }
        talker.hear = frame => {
          if (protocol === 'open-im' && !frame.includes('"errCode":0')) reject(new Error(frame.toString()))
          else next()
        }
        next()
      })
    })
  )
  return requests
}

/** Messages at a constant rate, whether they arrive or not: a slow server delays none that would have measured it. */
async function deliver(): Promise<Delivered> {
  const tookMs: number[] = []
  const sentMs = new Map<string, number>()
  for (const talker of talkers)
    talker.hear = frame => {
      if (messagesIn(frame) === 0) return
      const now = performance.now()
      for (const [note] of frame.toString().matchAll(/<\d+>/g)) {
        const sent = sentMs.get(note)
        if (sent !== undefined) tookMs.push(now - sent)
        sentMs.delete(note)
      }
    }
  const began = performance.now()
  for (let index = 0; index < perSecond * seconds; index++) {
    const waitMs = began + (index * 1_000) / perSecond - performance.now()
    if (waitMs > 0) await sleep(Math.ceil(waitMs))
    const from = talkers[index % talkers.length]
    const to = talkers[(index + 1) % talkers.length]
    if (!from || !to) continue
    const note = `<${index}>`
    sentMs.set(note, performance.now())
    from.line.send(protocols[protocol].message(from.userID, to.userID, note))
  }
  for (const ends = performance.now() + patienceMs; sentMs.size > 0 && performance.now() < ends;)
    await sleep(10)
  return { p50Ms: percentile(tookMs, 0.5), p99Ms: percentile(tookMs, 0.99), missing: sentMs.size }
}
