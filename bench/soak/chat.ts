import { setTimeout as sleep } from 'node:timers/promises'
import { makeAccounts, type Account } from '../im/accounts.ts'
import type { Line } from '../im/line.ts'
import { join, protocols } from '../im/protocols.ts'
import { pace, type Field, type Load, type Running } from './load.ts'

const users = 20
const perSecond = 8
const patienceMs = 8_000
const comeBackMs = 200

/** A message that was sent, until it is acknowledged and heard. */
interface Sent {
  readonly clientMsgID: string
  readonly beganMs: number
  readonly to: Client
  /** The connection of the receiver at that time: who comes back asks for what he has missed. */
  readonly line: Line | undefined
  acknowledged?: string
  heard?: true
}

/** A user who is connected, and comes back whenever he is not. */
class Client {
  readonly account: Account
  readonly #field: Field
  readonly #hear: (frame: string) => void
  #isGone = false
  line: Line | undefined

  constructor(field: Field, account: Account, hear: (frame: string) => void) {
    this.#field = field
    this.account = account
    this.#hear = hear
  }

  /** Resolves when he has left. */
  async stay(): Promise<void> {
    const { url, ledger } = this.#field
    while (!this.#isGone) {
      const began = ledger.now()
      let end: () => void = () => undefined
      const ended = new Promise<void>(resolve => (end = resolve))
      try {
        this.line = await join('open-im', url, this.account, {
          hear: frame => this.#hear(frame.toString()),
          ended: end
        })
        ledger.did('chat')
        if (this.#isGone) void this.line.close()
        await ended
      } catch (error) {
        ledger.failed('chat', 'no connection', began, String(error))
      }
      this.line = undefined
      if (!this.#isGone) await sleep(comeBackMs)
    }
  }

  async leave(): Promise<void> {
    this.#isGone = true
    await this.line?.close()
  }

  vanish(): void {
    void this.line?.close()
  }
}

/** Users who write to each other, as `open-im-sdk` 3.5.2 does. */
export const chat: Load = async field => {
  const { url, ledger, random, rate } = field
  const sent = new Map<string, Sent>()
  const acknowledged: string[] = []
  const hear = (frame: string): void => {
    const [, operationID = ''] = /"operationID":"(bench\d+)"/.exec(frame) ?? []
    const own = frame.includes('"event":"SendMessageNotOss"') ? sent.get(operationID) : undefined
    if (own) own.acknowledged = /"errCode":(\d+)/.exec(frame)?.[1] ?? 'unknown'
    if (frame.includes('OnRecvNewMessage'))
      for (const [, note = ''] of frame.matchAll(/<(bench\d+)>/g)) {
        const message = sent.get(note)
        if (message) message.heard = true
      }
  }
  const accounts = await makeAccounts(
    url,
    Array.from({ length: users }, (_, number) => `soak${number}`)
  )
  const clients = accounts.map(account => new Client(field, account, hear))
  const staying = clients.map(client => client.stay())

  const write = async (number: number): Promise<void> => {
    const from = clients[number % users]
    const to = clients[Math.floor(random() * users)]
    const line = from?.line
    if (!from || !to || from === to || !line) return
    const frame = protocols['open-im'].message(from.account.userID, to.account.userID, '<note>')
    const { operationID, data } = JSON.parse(frame) as { operationID: string; data: string }
    const { clientMsgID } = JSON.parse((JSON.parse(data) as string[])[0] ?? '') as { clientMsgID: string }
    const message: Sent = { clientMsgID, beganMs: ledger.now(), to, line: to.line }
    sent.set(operationID, message)
    line.send(frame.replace('<note>', `<${operationID}>`))
    const ends = performance.now() + patienceMs
    while (performance.now() < ends && from.line === line && !isDone(message)) await sleep(20)
    sent.delete(operationID)
    if (message.acknowledged === '0') acknowledged.push(clientMsgID)
    const kind = faultIn(message, from.line === line)
    if (kind === undefined) ledger.did('chat')
    else ledger.failed('chat', kind, message.beganMs, `${from.account.userID} to ${to.account.userID}`)
  }

  const stopWriting = pace(rate * perSecond, write)
  return {
    async stop() {
      await stopWriting()
      await Promise.all(clients.map(client => client.leave()))
      await Promise.all(staying)
    },
    vanish: () => {
      for (const client of clients) if (random() < 0.5) client.vanish()
    },
    check: rows => {
      const kept = new Set(rows.column('select "clientMsgID" from im_chat_messages'))
      const lost = acknowledged.filter(id => !kept.has(id)).length
      return [
        { name: 'messages acknowledged', unit: '', value: acknowledged.length, limit: { atLeast: 1 } },
        { name: 'messages acknowledged that are not kept', unit: '', value: lost, limit: { atMost: 0 } }
      ]
    }
  } satisfies Running
}

/** It is known what has become of it. */
function isDone({ acknowledged, heard, to, line }: Sent): boolean {
  return acknowledged !== undefined && (acknowledged !== '0' || heard === true || to.line !== line || !line)
}

/** @param isSenderThere whether the sender's connection has lasted */
function faultIn({ acknowledged, heard, to, line }: Sent, isSenderThere: boolean): string | undefined {
  if (acknowledged === undefined) return isSenderThere ? 'no answer' : undefined
  if (acknowledged !== '0') return `errCode ${acknowledged}`
  return heard === true || !line || to.line !== line ? undefined : 'acknowledged and not heard'
}
