import { createRequire } from 'node:module'
import { afterAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startGateway } from './gateway.ts'
import { packageOf, versions, type Sdk, type Version } from './packages.ts'
import { within } from './within.ts'

interface Frame {
  readonly errCode: number
  readonly data: unknown
}

/** What 2.3.0 needs for its heartbeat; it never beats here. */
class StillWorker {
  onmessage: unknown
  terminate(): void {}
}

const window = { navigator: { onLine: true }, URL: { createObjectURL: () => 'blob:heartbeat' } }
vi.stubGlobal('WebSocket', WebSocket)
vi.stubGlobal('window', window)
vi.stubGlobal('Worker', StillWorker)
vi.spyOn(console, 'log').mockImplementation(() => undefined)
afterAll(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const require = createRequire(import.meta.url)
const parsed = (data: unknown): unknown => {
  return typeof data === 'string' && /^[[{]/.test(data) ? (JSON.parse(data) as unknown) : data
}

test('the packages as npm has installed them, with what Node has for globals, talk to each other', async () => {
  await using gateway = await startGateway()
  const people = await Promise.all(
    versions.map(async version => {
      const { OpenIMSDK, CbEvents } = require(packageOf[version]) as {
        readonly OpenIMSDK: new () => Sdk
        readonly CbEvents: Readonly<Record<string, string>>
      }
      const sdk = new OpenIMSDK()
      const userID = `user-${version}`
      const token = await gateway.rest.login(userID, 5)
      const { promise: heard, resolve } = withResolvers<unknown>()
      const event = version === '3.5.2' ? CbEvents['OnRecvNewMessages'] : CbEvents['ONRECVNEWMESSAGE']
      sdk.on(event ?? '', frame => resolve(parsed((frame as Frame).data)))
      const address = { url: gateway.url, wsAddr: gateway.url, apiAddr: gateway.http }
      const login = sdk.login({ userID, token, platformID: 5, ...address }) as Promise<Frame>
      expect(await within('login', login)).toMatchObject({ errCode: 0 })
      return { version, sdk, userID, heard }
    })
  )
  for (const [index, { version, sdk }] of people.entries()) {
    const to = people[(index + 1) % people.length]
    if (!to) throw new Error('nobody to talk to')
    const ask = async (method: string, argument: unknown): Promise<unknown> => {
      const call = sdk[method] as (argument: unknown) => Promise<Frame>
      return parsed((await within(method, call(argument))).data)
    }
    const created = await ask('createTextMessage', `from ${version}`)
    const message = version === '3.5.2' ? created : JSON.stringify(created)
    expect(await ask('sendMessage', { recvID: to.userID, groupID: '', message })).toMatchObject({ status: 2 })
    expect(textOf(to.version, await within('message', to.heard))).toBe(`from ${version}`)
  }
  for (const { sdk } of people) expect(await within('logout', sdk.logout())).toMatchObject({ errCode: 0 })
})

function textOf(version: Version, data: unknown): unknown {
  const [message] = (Array.isArray(data) ? data : [data]) as [
    { readonly content: string; readonly textElem?: { readonly content: string } }
  ]
  return version === '3.5.2' ? message.textElem?.content : message.content
}

function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>(settle => (resolve = settle))
  return { promise, resolve }
}
