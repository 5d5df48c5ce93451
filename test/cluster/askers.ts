import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { history } from '../plugins/im-ws-gateway/clients/raw-chat.ts'
import { openRaw, type Raw, type RawFrame } from '../plugins/im-ws-gateway/clients/raw-client.ts'
import { restApi } from '../plugins/im-ws-gateway/clients/rest-api.ts'
import type { Cluster } from './cluster.ts'
import { secrets } from './site.ts'

/** Chat clients that send and read without a pause, and ask again what was not done. */
export interface Askers {
  readonly counts: Readonly<Record<Outcome, number>>
  /** Messages without an answer that were kept all the same. */
  readonly begun: readonly string[]
  /** Sockets that were closed without 1001: their codes. */
  readonly cut: readonly number[]
  /** What should never be: of answers, of their order, and of what is kept. */
  faults(): Promise<string[]>
  /** Resolves once all is answered. */
  stop(): Promise<void>
}

interface Request {
  readonly name: string
  readonly data: readonly unknown[]
  /** Of a message: its id and its text. */
  readonly id?: string
}

/**
 * What came of a request: a result; "it was not done", because the node was about to close; that it took too long; or no
 * answer until its socket was closed. All but the first are asked again.
 */
type Outcome = 'done' | 'refused' | 'late' | 'unanswered'

const atATime = 8
const everyMs = 5
const notDone = 'the gateway closes, ask again: it was not done'
const tooLong = 'the request took too long'

/** Starts two of them. @param went called after each answer */
export async function startAskers({ url }: Pick<Cluster, 'url'>, went: () => void): Promise<Askers> {
  const end = new AbortController()
  const rest = restApi(url, secrets.im)
  const unique = crypto.randomUUID().slice(0, 8)
  const peer = { userID: `peer-${unique}` }
  const acknowledged: string[] = []
  const begun: string[] = []
  const cut: number[] = []
  const wrong: string[] = []
  const counts: Record<Outcome, number> = { done: 0, refused: 0, late: 0, unanswered: 0 }

  const connected = async (userID: string, token: string): Promise<Raw> => {
    const login = { url: `${url.replace('http', 'ws')}/im`, userID, token, dialect: '3' } as const
    for (let tries = 1; ; tries++) {
      try {
        return await openRaw(login)
      } catch (error) {
        if (tries === 1_000) throw error
      }
      await wait(20)
    }
  }

  const requestNumber = (userID: string, at: number): Request => {
    if (at % 4 === 1) return { name: 'GetTotalUnreadMsgCount', data: [] }
    if (at % 4 === 3) return { name: 'GetConversationListSplit', data: [0, 20] }
    const id = `${userID} ${at}`
    const message = JSON.stringify({ clientMsgID: id, contentType: 101, textElem: { content: id } })
    return { name: 'SendMessageNotOss', data: [message, peer.userID, '', '{}', false], id }
  }

  /** A request may take as long as it does: none is given up while its socket is open. */
  const answerTo = async (raw: Raw, { name: reqFuncName, data }: Request): Promise<RawFrame | undefined> => {
    const operationID = crypto.randomUUID()
    const answered = new Promise<RawFrame>(resolve => {
      const hear = (bytes: Buffer): void => {
        const frame = JSON.parse(bytes.toString()) as RawFrame
        if (frame.operationID !== operationID) return
        raw.socket.off('message', hear)
        resolve(frame)
      }
      raw.socket.on('message', hear)
    })
    raw.write(JSON.stringify({ reqFuncName, operationID, userID: raw.userID, data: JSON.stringify(data) }))
    return Promise.race([answered, raw.closed.then(() => turn(undefined))])
  }

  const ask = async (raw: Raw, request: Request): Promise<Outcome> => {
    const answer = await answerTo(raw, request)
    if (!answer) return 'unanswered'
    if (answer.errMsg === notDone) return 'refused'
    if (answer.errMsg === tooLong) return 'late'
    if (answer.errCode !== 0)
      wrong.push(`${request.name} was answered with ${answer.errCode}: ${answer.errMsg}`)
    else if (request.id !== undefined) acknowledged.push(request.id)
    return 'done'
  }

  const lookFor = async (raw: Raw, requests: readonly Request[]): Promise<void> => {
    const kept = new Set((await history(raw, peer, 100)).map(({ clientMsgID }) => clientMsgID))
    begun.push(...requests.flatMap(({ id }) => (id !== undefined && kept.has(id) ? [id] : [])))
  }

  /** Asks until the socket is closed. @returns what is to be asked again, in order, and what of it was not answered */
  const askOver = async (
    raw: Raw,
    next: () => Request | undefined
  ): Promise<readonly [Request[], Request[]]> => {
    const asked: { readonly request: Request; outcome?: Outcome }[] = []
    const underWay = new Set<Promise<void>>()
    const run = async (one: (typeof asked)[number]): Promise<void> => {
      const outcome = await ask(raw, one.request)
      one.outcome = outcome
      counts[outcome]++
      went()
    }
    while (raw.socket.readyState === WebSocket.OPEN) {
      const request = next()
      if (!request) break
      const one = { request }
      asked.push(one)
      const asking = run(one).finally(() => underWay.delete(asking))
      underWay.add(asking)
      await wait(everyMs)
      if (underWay.size >= atATime) await Promise.race(underWay)
    }
    await Promise.all(underWay)
    const code = raw.socket.readyState === WebSocket.OPEN ? 1001 : await raw.closed
    if (code !== 1001) cut.push(code)
    const first = asked.findIndex(({ outcome }) => outcome === 'unanswered')
    if (first >= 0 && asked.slice(first).some(({ outcome }) => outcome !== 'unanswered'))
      wrong.push('what was asked later was answered, and what was asked before was not')
    const left = asked.filter(({ outcome }) => outcome !== 'done')
    const silent = left.filter(({ outcome }) => outcome === 'unanswered')
    return [left, silent].map(list => list.map(({ request }) => request)) as [Request[], Request[]]
  }

  const live = async (userID: string): Promise<void> => {
    const token = await rest.login(userID, 5)
    let again: Request[] = []
    let unclear: Request[] = []
    let at = 0
    while (!end.signal.aborted || again.length > 0) {
      const raw = await connected(userID, token)
      const todo = again
      try {
        await lookFor(raw, unclear)
        const next = (): Request | undefined =>
          todo.shift() ?? (end.signal.aborted ? undefined : requestNumber(userID, at++))
        const [left, silent] = await askOver(raw, next)
        again = [...left, ...todo]
        unclear = silent
      } catch {
        // It was closed before it could look: the next one does.
      }
      await raw[Symbol.asyncDispose]()
    }
  }

  await rest.register(peer.userID)
  const users = [1, 2].map(number => `asker-${number}-${unique}`)
  const living = users.map(live)
  return {
    counts,
    begun,
    cut,
    async faults() {
      const faults = [...wrong]
      for (const userID of users) {
        const raw = await connected(userID, await rest.token(userID, 5))
        const kept: string[] = []
        for (let page = await history(raw, peer, 1_000); page.length > 0;) {
          kept.unshift(...page.map(({ clientMsgID }) => clientMsgID))
          page = await history(raw, peer, 1_000, page[0]?.clientMsgID)
        }
        await raw[Symbol.asyncDispose]()
        const known = new Set(kept)
        if (known.size < kept.length) faults.push(`${userID} has ${kept.length - known.size} messages twice`)
        const own = acknowledged.filter(id => id.startsWith(`${userID} `))
        faults.push(...own.filter(id => !known.has(id)).map(id => `${id} is not kept`))
      }
      return faults
    },
    async stop() {
      end.abort()
      await Promise.all(living)
    }
  }
}
