import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock, GatewayPlugin } from '../../../../src/core/index.ts'
import apiError from '../../../../src/plugins/api-error/index.ts'
import database from '../../../../src/plugins/database/index.ts'
import imWsGateway from '../../../../src/plugins/im-ws-gateway/index.ts'
import type { ImGateway } from '../../../../src/plugins/im-ws-gateway/service.ts'
import state from '../../../../src/plugins/state/index.ts'
import { testPlugin } from '../../../../src/testing/index.ts'
import { newClient, type Client, type ClientOptions } from './client.ts'
import { openRaw, type Raw, type RawOptions } from './raw-client.ts'
import { restApi, type RestApi } from './rest-api.ts'

const adminSecret = 'admin-secret-of-these-tests'

/** Settings of im-ws-gateway that these tests do not change. */
export const settings = {
  tokenSecret: 'token-secret-of-these-tests-0123456789',
  adminSecret,
  drainMs: 0
} as const

/** What any gateway can be started with. */
export interface ChatOptions {
  /** Settings of im-ws-gateway. */
  readonly config?: object
}

/** What a test's gateway is started with. */
export interface GatewayOptions extends ChatOptions {
  /** Of the gateway; clients have clocks of their own, unless they are given this one. */
  readonly clock?: Clock
  /** Default: any free one. */
  readonly port?: number
  /** Default: one in memory. */
  readonly file?: string
  /** Settings of the database, in place of a file. */
  readonly engine?: object | undefined
  /** Settings of the state. */
  readonly state?: object | undefined
  readonly logs?: string[]
  /** Settings of the server. */
  readonly server?: object
  /** Further plugins with their settings. */
  readonly plugins?: readonly (readonly [plugin: GatewayPlugin, settings: object])[]
}

/** What clients and back ends see of a gateway, be it one process or several nodes. */
export interface Chat extends AsyncDisposable {
  /** `ws://…/im`. */
  readonly url: string
  readonly http: string
  readonly rest: RestApi
  /** One of the real clients, of a user who exists, with a token of his. It is not logged in. */
  client(options: UserOptions & Partial<ClientOptions>): Promise<Client>
  /** The same, logged in. */
  online(options: UserOptions & Partial<ClientOptions>): Promise<Client>
  /** A bare socket with a login on it. */
  raw(options: Pick<RawOptions, 'userID' | 'dialect'> & Partial<RawOptions>): Promise<Raw>
}

/** A gateway on a real socket, with an embedded core. */
export interface Gateway extends Chat {
  readonly port: number
  readonly im: ImGateway
  close(): Promise<void>
}

/** Starts what a suite of the clients runs on. */
export type StartChat = (options?: ChatOptions) => Promise<Chat>

type UserOptions = Pick<ClientOptions, 'version' | 'userID'>

export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const {
    clock,
    config,
    logs,
    server,
    plugins = [],
    port: wanted = 0,
    engine,
    state: shared = {},
    file = ':memory:'
  } = options
  const app = await testPlugin(imWsGateway, {
    config: { ...settings, ...config },
    ...(clock && { services: { clock } }),
    with: [[apiError], [state, shared], [database, engine ?? { file }], ...(plugins as never)],
    server: { logLevel: logs ? 'trace' : 'silent', drainMs: 0, closeMs: 5_000, ...server },
    logDestination: { write: line => void logs?.push(line) }
  })
  await app.listen({ port: wanted, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const chat = chatAt(`http://127.0.0.1:${port}`)
  return {
    ...chat,
    port,
    im: app.service,
    close: () => app.close(),
    async [Symbol.asyncDispose]() {
      await chat[Symbol.asyncDispose]()
      await app.close()
    }
  }
}

/** The chat at an address. With it go its clients, and nothing else. */
export function chatAt(http: string): Chat {
  const url = `${http.replace('http', 'ws')}/im`
  const rest = restApi(http, adminSecret)
  const open: AsyncDisposable[] = []
  const kept = <T extends AsyncDisposable>(one: T): T => {
    open.push(one)
    return one
  }
  const client: Chat['client'] = async ({ userID, platformID = 5, token, ...others }) => {
    const given = token ?? (await rest.login(userID, platformID))
    return kept(newClient({ url, apiAddr: http, userID, platformID, token: given, ...others }))
  }
  return {
    url,
    http,
    rest,
    client,
    async online(user) {
      const one = await client(user)
      const { errCode, errMsg } = await one.login()
      if (errCode !== 0) throw new Error(`${user.version} login was refused with ${errCode}: ${errMsg}`)
      return one
    },
    async raw({ userID, platformID = 5, token, ...others }) {
      const given = token ?? (await rest.login(userID, platformID))
      return kept(await openRaw({ url, userID, platformID, token: given, ...others }))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map(one => one[Symbol.asyncDispose]()))
    }
  }
}

/** A folder for database files that is gone at the end. */
export function temporaryFolder(): Disposable & { file(name: string): string } {
  const folder = mkdtempSync(join(tmpdir(), 'paifang-im-'))
  return {
    file: name => join(folder, name),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true })
  }
}
