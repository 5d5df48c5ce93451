import { EventEmitter, once } from 'node:events'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import customs179 from '../../../src/plugins/customs179/index.ts'
import type { SignBridge, SignRequest } from '../../../src/plugins/sign-bridge/service.ts'
import type { Customs179 } from '../../../src/plugins/customs179/service.ts'
import { fakeClock, testPlugin, type FakeClock, type TestGateway } from '../../../src/testing/index.ts'

export const pin = '88888888'
export const sessionID = '5A1D9C0E-7B3F-4C2D-8E6A-0F1B2C3D4E5F'
/** 2026-01-01T00:00:00Z, where fake clocks start. */
export const startsAt = 1_767_225_600_000

// Nobody's data: names, numbers and registrations are made up.
export const head = {
  guid: '0E8C7A54-1D2B-4F3A-9C6D-5B7E8F901234',
  initalRequest: 'https://pay.example/gateway?out_trade_no=T1&total=5.0',
  initalResponse: '{"code":"10000","msg":"Success"}',
  ebpCode: '0000EBP001',
  payCode: '0000PAY001',
  payTransactionId: '2026010100000000001',
  totalAmount: 5,
  currency: '142',
  verDept: '3',
  payType: '1',
  tradingTime: '20260101075959',
  note: ''
}
export const order = {
  orderNo: 'SO-1',
  goodsInfo: [{ gname: '样品一号', itemLink: 'https://shop.example/1' }],
  recpAccount: '0000ACC001',
  recpCode: '',
  recpName: '样品商户'
}
export const headText = JSON.stringify(head)
export const listsText = JSON.stringify([order])

/** The body of a request, its parts as they are written. */
export function bodyOf(parts: Readonly<Record<string, string>> = {}): string {
  const members = {
    sessionID: JSON.stringify(sessionID),
    payExchangeInfoHead: headText,
    payExchangeInfoLists: listsText,
    serviceTime: JSON.stringify(String(startsAt)),
    pwdstr: JSON.stringify(pin),
    ...parts
  }
  return `{${Object.entries(members)
    .map(([name, text]) => `"${name}":${text}`)
    .join()}}`
}

/** A gateway with the plugin, a clock that stands still, and a bridge that signs as it is told. */
export interface Rig extends AsyncDisposable {
  readonly gateway: TestGateway<Customs179>
  readonly clock: FakeClock
  /** What reached the bridge. */
  readonly requests: SignRequest[]
  /** Resolves once so many requests have reached the bridge. */
  reached(count: number): Promise<void>
  readonly logs: () => string
  sign(payload: string | Buffer, headers?: object): Promise<Answer>
  verify(body: object): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface RigOptions {
  readonly config?: object
  readonly sign?: SignBridge['sign']
  readonly authenticate?: SignBridge['authenticate']
}

export async function makeRig({ config = {}, sign, authenticate }: RigOptions = {}): Promise<Rig> {
  const clock = fakeClock(startsAt)
  const requests: SignRequest[] = []
  const arrivals = new EventEmitter()
  let logs = ''
  const bridge: SignBridge = {
    sign: request => {
      requests.push(request)
      arrivals.emit('request')
      return (
        sign?.(request) ?? Promise.resolve({ sign: 'c2lnbmF0dXJl', certNo: '01691F4C', device: 'device-1' })
      )
    },
    authenticate: authorization => authenticate?.(authorization),
    status: () => ({ devices: [], queued: 0, metrics: [] }),
    certificate: () => Promise.resolve(undefined)
  }
  const gateway = await testPlugin(customs179, {
    config,
    services: { bridge, clock },
    with: [[apiError]] as never,
    server: { logLevel: 'trace' },
    logDestination: { write: line => void (logs += line) }
  })
  const post = async (url: string, payload: string | Buffer, headers: object = {}): Promise<Answer> => {
    const response = await gateway.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json', 'accept-language': 'en', ...headers }
    })
    return { status: response.statusCode, body: response.json<Answer['body']>() }
  }
  return {
    gateway,
    clock,
    requests,
    reached: async count => {
      while (requests.length < count) await once(arrivals, 'request')
    },
    logs: () => logs,
    sign: (payload, headers) => post('/v1/customs179/sign', payload, headers),
    verify: body => post('/v1/customs179/verify', JSON.stringify(body)),
    [Symbol.asyncDispose]: () => gateway.close()
  }
}

/** The key of the failure that a call ends in; `undefined` when there is none. */
export function failureOf(call: () => unknown): string | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    if (error instanceof ApiError) return error.entry.key
    throw error
  }
}
