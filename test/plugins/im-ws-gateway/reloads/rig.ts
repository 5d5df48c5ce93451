import { WebSocket } from 'ws'
import { Clock, createGateway, definePlugin } from '../../../../src/core/index.ts'
import { ReloadableGateway } from '../../../../src/operations/reload.ts'
import apiError from '../../../../src/plugins/api-error/index.ts'
import database from '../../../../src/plugins/database/index.ts'
import imWsGateway from '../../../../src/plugins/im-ws-gateway/index.ts'
import { ImGateway, type ImGatewayStatus } from '../../../../src/plugins/im-ws-gateway/service.ts'
import state from '../../../../src/plugins/state/index.ts'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'
import { newClient, type Client } from '../clients/client.ts'
import { openRaw, type Raw } from '../clients/raw-client.ts'
import { restApi, type RestApi } from '../clients/rest-api.ts'
import { Waiting, within } from '../clients/within.ts'

/** What the next reload finds in the configuration. */
export interface Settings {
  im: object
  database: object
  state: object
  /** A plugin that starts after the chat and fails. */
  broken: boolean
}

export interface Reloadable extends AsyncDisposable {
  /** Change it, then reload. */
  readonly settings: Settings
  /** That of the gateways: connections are drained as it is advanced, but for the first fifty. */
  readonly clock: FakeClock
  readonly rest: RestApi
  status(): ImGatewayStatus
  reload(): Promise<void>
  /** Connections that do not log in, which are drained before all that come later. */
  crowd(size: number): Promise<void>
  raw(userID: string, platformID?: number, token?: string): Promise<Raw>
  /** A 3.5.2 that is logged in. */
  client(userID: string): Promise<Client>
  /** Lets what was replaced close its connections. Resolves when it has ended. */
  drain(): Promise<void>
}

/** Less than clients may take to close. */
const drainMs = 1_000
const adminSecret = 'admin-secret-of-these-tests'
const broken = definePlugin({
  name: 'broken',
  description: 'Fails.',
  needs: { im: ImGateway },
  setup() {
    throw new Error('it is broken')
  }
})

/** A gateway in this process that can be reloaded, on real sockets. */
export async function startReloadable(given: Partial<Settings> = {}): Promise<Reloadable> {
  const settings: Settings = { im: {}, database: { file: ':memory:' }, state: {}, broken: false, ...given }
  const clock = fakeClock(Date.now())
  const time = definePlugin({
    name: 'time',
    description: 'Stands still.',
    provides: Clock,
    setup: () => clock
  })
  const im = { tokenSecret: 'token-secret-of-these-tests-0123456789', adminSecret, policy: 'share', drainMs }
  const waiting = new Waiting()
  let reloads = 0
  let ended = 0
  const logDestination = {
    write(line: string) {
      if (line.includes('"msg":"what was replaced has ended"')) ended++
      waiting.look()
    }
  }
  const gateway = new ReloadableGateway(handed =>
    createGateway({
      builtins: [time, apiError, state, database, imWsGateway, broken] as never,
      env: {},
      config: {
        server: { port: 0, logLevel: 'info', closeMs: 30_000 },
        plugins: {
          time: true,
          'api-error': true,
          state: settings.state,
          database: settings.database,
          'im-ws-gateway': { ...im, ...settings.im },
          broken: settings.broken
        }
      },
      logDestination,
      ...handed
    })
  )
  const http = await gateway.start()
  const url = `${http.replace('http', 'ws')}/im`
  const rest = restApi(http, adminSecret)
  const sockets: WebSocket[] = []
  const open: AsyncDisposable[] = []
  const kept = <T extends AsyncDisposable>(one: T): T => {
    open.push(one)
    return one
  }
  const passing = async (until: Promise<unknown>): Promise<void> => {
    const end = new AbortController()
    const over = until.finally(() => end.abort())
    while (!end.signal.aborted) await clock.advance(100)
    await over
  }
  return {
    settings,
    clock,
    rest,
    status: () => gateway.app.getDecorator<ImGateway>(ImGateway.name).status(),
    async reload() {
      await gateway.reload()
      reloads++
    },
    async crowd(size) {
      const opened = Array.from({ length: size }, async (_, at) => {
        const socket = new WebSocket(`${url}?sendID=crowd-${at}&token=none&platformID=5`)
        sockets.push(socket)
        await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
      })
      await within('the crowd', Promise.all(opened))
    },
    async raw(userID, platformID = 5, own) {
      const token = own ?? (await rest.login(userID, platformID))
      return kept(await openRaw({ url, userID, platformID, token, dialect: '3' }))
    },
    async client(userID) {
      const token = await rest.login(userID, 5)
      const client = kept(newClient({ version: '3.5.2', url, apiAddr: http, userID, platformID: 5, token }))
      await client.login()
      return client
    },
    async drain() {
      await clock.advance(drainMs)
      await waiting.until('what was replaced has ended', () => ended === reloads)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.terminate()
      await Promise.all(open.map(one => one[Symbol.asyncDispose]()))
      await passing(gateway.close())
    }
  }
}

/** Sends a text. @throws {Error} with the code */
export async function send(from: Raw, to: string, text: string): Promise<void> {
  const message = { clientMsgID: text, contentType: 101, textElem: { content: text } }
  await from.ask('SendMessageNotOss', [JSON.stringify(message), to, '', '{}', false])
}

/** The texts that a connection was told of, in order. */
export function heard(by: Raw): readonly string[] {
  const told = by.frames.filter(({ event }) => event === 'OnRecvNewMessages')
  return told.flatMap(({ data }) => (JSON.parse(data) as Message[]).map(textOf))
}

/** The texts of the conversation with somebody, in order. */
export async function history(of: Raw, other: string): Promise<readonly string[]> {
  const conversationID = `si_${[of.userID, other].toSorted().join('_')}`
  const page = { conversationID, startClientMsgID: '', count: 100, lastMinSeq: 0 }
  const answer = await of.ask('GetAdvancedHistoryMessageList', [JSON.stringify(page)])
  return (answer as { readonly messageList: Message[] }).messageList.map(textOf)
}

interface Message {
  readonly textElem?: { readonly content: string }
}
const textOf = ({ textElem }: Message): string => textElem?.content ?? ''

export interface Listed {
  readonly conversationID: string
  readonly isPinned: boolean
  readonly draftText: string
  readonly unreadCount: number
}

export async function conversations(of: Raw): Promise<readonly Listed[]> {
  return (await of.ask('GetAllConversationList')) as Listed[]
}
