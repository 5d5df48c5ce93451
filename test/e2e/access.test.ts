import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEverything } from './everything-on.ts'

let started: Awaited<ReturnType<typeof startEverything>>
beforeAll(async () => {
  started = await startEverything()
})
afterAll(() => started[Symbol.asyncDispose]())

const isGuarded = ({ access }: { readonly access: string | undefined }): boolean =>
  !access?.startsWith('public')

test('every route says who may call it', () => {
  const { routes } = started.app.gateway
  expect(routes.length).toBeGreaterThan(50)
  const silent = routes.filter(({ access }) => access === undefined)
  expect(silent.map(({ method, url }) => `${method} ${url}`)).toEqual([])
})

/** What those answer who want no token in a header, but something else. */
const otherwise: Readonly<Record<string, number>> = {
  '/_spider': 426, // no WebSocket
  '/_spider/': 426,
  '/im': 426,
  '/im/': 426,
  '/wechat_event': 400, // 非法请求!, as the contract has it
  '/wechat_event/:account': 404,
  '/object/parts/:uploadID/:part': 403, // what is shown is the signature in the address
  '/v1/token/refresh': 400, // what is shown is in the body
  '/v1/scan/exchange': 400
}

test('no route that wants something to be shown answers whoever shows nothing', async () => {
  const { app } = started
  const guarded = app.gateway.routes.filter(isGuarded)
  expect(guarded.length).toBeGreaterThan(20)
  const wrong: string[] = []
  for (const { method: methods, url } of guarded)
    for (const method of methods.split(',')) {
      const path = url.replace(/:\w+/g, 'some')
      const hasBody = method === 'POST' || method === 'PUT' || method === 'PATCH'
      // eslint-disable-next-line no-await-in-loop
      const { statusCode } = await app.inject({
        method: method as 'GET',
        url: hasBody ? path : `${path}?topics=a`,
        headers: { accept: 'application/problem+json' },
        ...(hasBody && { payload: {} })
      })
      if (statusCode !== (otherwise[url] ?? 401)) wrong.push(`${method} ${url}: ${statusCode}`)
    }
  expect(wrong).toEqual([])
})
