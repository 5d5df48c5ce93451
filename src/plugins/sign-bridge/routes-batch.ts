import { Type, type Static } from 'typebox'
import type { App } from '../../core/index.ts'
import { ApiError, Errors as CommonErrors, type Locale } from '../api-error/service.ts'
import { AskedMembers, askedOf, exampleSignature, refuseUnknown, Text } from './asked.ts'
import { signBatch, type BatchRequest, type ItemOutcome } from './batch.ts'
import { KeyHeaders } from './idempotency-key.ts'
import { Signed, signRouteOptions, type SignRoutesOptions } from './routes-sign.ts'

const Item = Type.Object({
  id: Type.Optional(Type.String({ maxLength: 128, description: 'Comes back with the outcome.' })),
  data: Text
})
const ItemAnswer = Type.Object({
  id: Type.Optional(Type.String()),
  ...Type.Partial(Signed).properties,
  error: Type.Optional(
    Type.Object({
      code: Type.String({ description: 'A key of the error catalogue.' }),
      message: Type.String(),
      transient: Type.Boolean({ description: 'No card has seen it, and it may be tried again.' })
    })
  )
})

const Answer = Type.Object(
  { items: Type.Array(ItemAnswer) },
  {
    examples: [
      {
        items: [
          { id: 'a', sign: exampleSignature, certNo: '01691fe9', device: 'device-1' },
          { error: { code: 'sign.timeout', message: '签名设备未在规定时间内响应', transient: false } }
        ]
      }
    ]
  }
)

/** `POST /v1/sign/batch`: texts and one PIN in, how each of them ended out. */
export function addBatchRoute(app: App, options: SignRoutesOptions): void {
  const { bridge, callers, errors, settings } = options
  const { maxTextBytes, maxBatch } = settings
  const Body = Type.Object(
    { items: Type.Array(Item, { minItems: 1, maxItems: maxBatch }), ...AskedMembers },
    { examples: [{ pin: '88888888', items: [{ id: 'a', data: 'one' }] }] }
  )
  const route = {
    ...signRouteOptions(bridge, callers, settings),
    bodyLimit: 2 * maxTextBytes * maxBatch + 16_384,
    schema: {
      tags: ['sign'],
      summary: 'Sign several texts with one PIN',
      description:
        'Answers with a signature or an error an item, in their order. After a PIN was refused no more are sent.',
      headers: KeyHeaders,
      body: Body,
      response: { 200: Answer }
    }
  }
  app.post('/v1/sign/batch', route, async (request, reply) => {
    const { body, log } = request
    refuseUnknown(body, Body)
    body.items.forEach((item, index) => refuseUnknown(item, Item, `/items/${index}`))
    const { deadlineMs = settings.deadlineMs, ...asked } = askedOf(request, reply, body, bridge)
    const batch = { ...asked, deadlineMs: Math.min(deadlineMs, settings.deadlineMs) }
    const texts = body.items.map(({ data }) => data)
    const width = Math.min(bridge.status().devices.length, request.signCaller?.maxQueued ?? Infinity)
    const outcomes = await signOnce(texts, batch, width, options)
    const locale = errors?.localeOf(request) ?? 'zh-CN'
    const items = body.items.map(({ id }, index) => {
      const outcome = outcomes[index]!
      if ('error' in outcome && !(outcome.error instanceof ApiError))
        log.error({ err: outcome.error }, 'an item of a batch failed')
      return { ...(id !== undefined && { id }), ...answerOf(outcome, locale) }
    })
    return { items }
  })
}

function signOnce(
  texts: readonly string[],
  batch: BatchRequest,
  width: number,
  { bridge, clock, idempotency }: SignRoutesOptions
): Promise<ItemOutcome[]> {
  const run = (): Promise<ItemOutcome[]> =>
    signBatch(texts, batch, { clock, width, sign: request => bridge.sign(request) })
  const { idempotencyKey: key, caller = '' } = batch
  if (key === undefined) return run()
  const requests = texts.map(data => ({ ...batch, data }))
  return idempotency.alone({ caller, key }, requests, run)
}

function answerOf(outcome: ItemOutcome, locale: Locale): Static<typeof ItemAnswer> {
  if (!('error' in outcome)) return outcome
  const { error } = outcome
  const { key, title, transient = false } = error instanceof ApiError ? error.entry : CommonErrors.internal
  return { error: { code: key, message: title[locale], transient } }
}
