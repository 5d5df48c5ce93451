import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../core/index.ts'
import type { SimulatedApi } from './api.ts'
import type { ApiCallName, ApiFault, FaultSource } from './faults.ts'
import type { QrCodes } from './qr-codes.ts'
import { qrImage } from './qr-image.ts'
import { refusal, WechatError } from './wechat-error.ts'

export interface ApiRoutesParts {
  readonly api: SimulatedApi
  readonly codes: QrCodes
  readonly clock: Clock
  readonly faults: () => FaultSource
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

const jsonType = 'application/json; encoding=utf-8'

/** Adds the calls of api.weixin.qq.com, and `showqrcode` of mp.weixin.qq.com. Refusals have status 200, as there. */
export async function addApiRoutes(app: FastifyInstance, parts: ApiRoutesParts): Promise<void> {
  const { api, codes, clock } = parts
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 65_536 }, (_, body, done) => done(null, body))

  const add = (path: string, name: Exclude<ApiCallName, 'showqrcode'>): void => {
    app.all(path, (request, reply) => {
      const call = { method: request.method, query: queryOf(request), body: (request.body ?? '') as string }
      return struck(parts, name, reply, () => called(clock, () => api[name](call)))
    })
  }
  add('/cgi-bin/token', 'token')
  add('/cgi-bin/stable_token', 'stable_token')
  add('/cgi-bin/qrcode/create', 'qrcode')
  add('/cgi-bin/user/info', 'user')
  add('/cgi-bin/getcallbackip', 'callbackip')
  app.get('/cgi-bin/showqrcode', (request, reply) =>
    struck(parts, 'showqrcode', reply, () => {
      const code = codes.find({ ticket: queryOf(request)['ticket'] })
      if (!code) return { status: 404, type: 'text/html', body: Buffer.alloc(0) }
      return { status: 200, type: 'image/png', body: qrImage(code.url) }
    })
  )
  app.all('/cgi-bin/*', (_, reply) => send(reply, refused(clock, new WechatError(40066))))
}

/** Answers a call, or does to it what the script says. */
async function struck(
  { clock, faults }: ApiRoutesParts,
  name: ApiCallName,
  reply: FastifyReply,
  answer: () => Answer
): Promise<FastifyReply> {
  const all = faults().api?.(name) ?? []
  const drop = all.find(fault => fault.do === 'drop')
  if (drop && drop.when !== 'before-answer') return cut(reply)
  const lateMs = all.reduce((sum, fault) => (fault.do === 'late' ? sum + fault.ms : sum), 0)
  const answered = all.reduce(spoil, refusedBy(clock, all) ?? answer())
  if (lateMs > 0) await new Promise<void>(resolve => void clock.after(lateMs, resolve))
  return drop ? cut(reply) : send(reply, answered)
}

function refusedBy(clock: Clock, faults: readonly ApiFault[]): Answer | undefined {
  const fault = faults.find(({ do: kind }) => kind === 'errcode')
  return fault?.do === 'errcode' ? refused(clock, new WechatError(fault.code, fault.text)) : undefined
}

function spoil(answer: Answer, fault: ApiFault): Answer {
  if (fault.do === 'text-plain') return { ...answer, type: 'text/plain' }
  if (fault.do === 'garbage')
    return { ...answer, body: answer.body.subarray(0, Math.floor(answer.body.length / 2)) }
  if (fault.do !== 'status') return answer
  const status = fault.status ?? 502
  return { status, type: 'text/html', body: Buffer.from(`<html><body><h1>${status}</h1></body></html>`) }
}

function called(clock: Clock, call: () => object): Answer {
  try {
    return json(call())
  } catch (error) {
    if (!(error instanceof WechatError)) throw error
    return refused(clock, error)
  }
}

function refused(clock: Clock, error: WechatError): Answer {
  return json(refusal(error, clock.now()))
}

function json(value: object): Answer {
  return { status: 200, type: jsonType, body: Buffer.from(JSON.stringify(value)) }
}

function send(reply: FastifyReply, { status, type, body }: Answer): FastifyReply {
  return reply.code(status).header('content-type', type).send(body)
}

function cut(reply: FastifyReply): FastifyReply {
  reply.hijack()
  reply.raw.destroy()
  return reply
}

/** Of a parameter that comes twice, the first counts. */
function queryOf({ query }: FastifyRequest): Readonly<Record<string, string>> {
  const all = Object.entries(query as Record<string, string | string[]>)
  return Object.fromEntries(
    all.map(([name, value]) => [name, Array.isArray(value) ? (value[0] ?? '') : value])
  )
}
