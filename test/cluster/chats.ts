import { setTimeout as wait } from 'node:timers/promises'
import { heard, say } from '../plugins/im-ws-gateway/clients/chat.ts'
import { newClient, type Client } from '../plugins/im-ws-gateway/clients/client.ts'
import { history } from '../plugins/im-ws-gateway/clients/raw-chat.ts'
import { openRaw } from '../plugins/im-ws-gateway/clients/raw-client.ts'
import { restApi } from '../plugins/im-ws-gateway/clients/rest-api.ts'
import type { Cluster } from './cluster.ts'
import { secrets } from './site.ts'

/** People who talk in pairs, each on whichever node the proxy has given them. */
export interface Chats {
  /** Messages that were acknowledged. */
  readonly said: number
  /** Messages that were not acknowledged before their socket was closed, and are in the history all the same. */
  begun(): Promise<string[]>
  /** What was acknowledged and is not in the histories of both, what is there twice, and what its addressee was not told. */
  missed(): Promise<string[]>
  /** Resolves once nobody talks any more, and all are back and have had the time to hear what was said to them. */
  stop(): Promise<void>
}

/** When a client of version 3.5.2 comes back after its socket has ended, milliseconds. */
const backAfterMs = 5_000

/** Starts four people. @param went called after each message */
export async function startChats({ url }: Pick<Cluster, 'url'>, went: () => void): Promise<Chats> {
  const end = new AbortController()
  const rest = restApi(url, secrets.im)
  const socketUrl = `${url.replace('http', 'ws')}/im`
  const unique = crypto.randomUUID().slice(0, 8)
  const pairs = [
    ['ann', 'bob'],
    ['cat', 'dan']
  ].map(pair => pair.map(name => `${name}-${unique}`))
  const said: { readonly from: string; readonly to: string; readonly text: string }[] = []
  const unanswered: { readonly from: string; readonly to: string; readonly text: string }[] = []

  const online = async (userID: string): Promise<Client> => {
    const token = await rest.login(userID, 5)
    const client = newClient({ version: '3.5.2', url: socketUrl, apiAddr: url, userID, token })
    const { errCode, errMsg } = await client.login()
    if (errCode !== 0) throw new Error(`${userID} was refused with ${errCode}: ${errMsg}`)
    return client
  }

  /** Lets the time pass that a client waits before it connects again, until it is back. */
  const back = async (client: Client): Promise<void> => {
    while (client.sockets.open === 0) {
      await client.clock.advance(backAfterMs)
      await client.settled('has tried', () => client.isIdle)
    }
  }

  /** Says something. False: the socket ended before there was an answer. */
  const acknowledged = async (client: Client, to: string, text: string): Promise<boolean> => {
    const answered = new AbortController()
    const answer = say(client, { userID: to }, text).then(
      () => true,
      () => false
    )
    const cut = async (): Promise<boolean> => {
      while (!answered.signal.aborted && client.sockets.open > 0) await wait(10)
      return false
    }
    const was = await Promise.race([answer, cut()])
    answered.abort()
    return was
  }

  const talk = async (client: Client, to: string): Promise<void> => {
    for (let at = 0; !end.signal.aborted; at++) {
      await back(client)
      const text = `${client.userID} ${at}`
      const list = (await acknowledged(client, to, text)) ? said : unanswered
      list.push({ from: client.userID, to, text })
      went()
    }
  }

  const texts = async (userID: string, with_: string): Promise<readonly string[]> => {
    const token = await rest.token(userID, 2)
    await using raw = await openRaw({ url: socketUrl, userID, token, platformID: 2, dialect: '3' })
    const found: string[] = []
    for (let before: string | undefined; ;) {
      const page = await history(raw, { userID: with_ }, 500, before)
      const [first] = page
      if (!first) return found
      before = first.clientMsgID
      found.unshift(...page.map(({ text = '' }) => text))
    }
  }

  /** What was said to somebody and acknowledged, and he was not told. */
  const unheard = (client: Client): readonly string[] => {
    const known = new Set(heard(client).map(({ text }) => text))
    return said.flatMap(({ to, text }) => (to === client.userID && !known.has(text) ? [text] : []))
  }

  const leave = async (client: Client): Promise<void> => {
    await back(client)
    // What is still missing then is told by `missed`.
    await client.settled('hears all', () => unheard(client).length === 0).catch(() => undefined)
    await client[Symbol.asyncDispose]()
  }

  const stop = async (): Promise<void> => {
    end.abort()
    await Promise.all(talking)
    await Promise.all([...clients.values()].map(leave))
  }
  let stopped: Promise<void> | undefined

  const clients = new Map<string, Client>()
  for (const name of pairs.flat()) clients.set(name, await online(name))
  const talking = pairs.flatMap(([one = '', other = '']) => [
    talk(clients.get(one)!, other),
    talk(clients.get(other)!, one)
  ])
  return {
    get said() {
      return said.length
    },
    async begun() {
      const begun: string[] = []
      for (const { from, to, text } of unanswered)
        if ((await texts(from, to)).includes(text)) begun.push(text)
      return begun
    },
    async missed() {
      const wrong = [...clients.values()].flatMap(client =>
        unheard(client).map(text => `${client.userID} was not told of ${text}`)
      )
      for (const [one = '', other = ''] of pairs) {
        const theirs = said.filter(({ from }) => from === one || from === other)
        for (const [owner, peer] of [
          [one, other],
          [other, one]
        ] as const) {
          const kept = await texts(owner, peer)
          const known = new Set(kept)
          if (known.size < kept.length) wrong.push(`${owner} has ${kept.length - known.size} messages twice`)
          for (const { text } of theirs)
            if (!known.has(text)) wrong.push(`${text} is not in the history of ${owner}`)
        }
      }
      return wrong
    },
    stop: () => (stopped ??= stop())
  }
}
