import { describe, expect, test } from 'vitest'
import type { Step } from '../../../src/plugins/wechat-simulator/faults.ts'
import { start, type Run } from './start.ts'

const call = ({ simulator }: Run): Promise<Response> => {
  const { appId, appSecret } = simulator.account
  const query = `grant_type=client_credential&appid=${appId}&secret=${appSecret}`
  return fetch(`${simulator.apiBase}/cgi-bin/token?${query}`)
}

async function struckBy(step: Step): Promise<Run> {
  return start({ script: [step] })
}

describe('a script strikes calls of the API', () => {
  test('with a code and what WeChat says of it, or another text', async () => {
    await using run = await struckBy({ do: 'errcode', code: -1 })
    expect(await (await call(run)).json()).toMatchObject({
      errcode: -1,
      errmsg: expect.stringMatching(/^system error rid: /)
    })
    run.simulator.play([{ do: 'errcode', code: 48006, text: 'forbid to clear quota' }])
    const { errmsg } = (await (await call(run)).json()) as { errmsg: string }
    expect(errmsg).toMatch(/^forbid to clear quota rid: /)
  })

  test('with a code, so that nothing is done', async () => {
    await using run = await struckBy({ on: 'token', do: 'errcode', code: 45011 })
    await call(run)
    expect(run.simulator.quotas.spent('token')).toBe(0)
  })

  test('with a status and a page of a proxy', async () => {
    await using run = await struckBy({ do: 'status' })
    const response = await call(run)
    expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html'])
    expect(await response.text()).toContain('<h1>502</h1>')
  })

  test('with half an answer', async () => {
    await using run = await struckBy({ do: 'garbage' })
    await expect((await call(run)).json()).rejects.toThrow(SyntaxError)
  })

  test('with the wrong content type', async () => {
    await using run = await struckBy({ do: 'text-plain' })
    const response = await call(run)
    expect(response.headers.get('content-type')).toBe('text/plain')
    expect(await response.json()).toHaveProperty('access_token')
  })

  test('with a cut connection, before or after it is done', async () => {
    await using run = await struckBy({ do: 'drop' })
    await expect(call(run)).rejects.toThrow('fetch failed')
    expect(run.simulator.quotas.spent('token')).toBe(0)
    run.simulator.play([{ do: 'drop', when: 'before-answer' }])
    await expect(call(run)).rejects.toThrow('fetch failed')
    expect(run.simulator.quotas.spent('token')).toBe(1)
  })

  test('with a delay', async () => {
    await using run = await struckBy({ do: 'late', ms: 3_000 })
    let answered = false
    const answer = call(run).then(response => {
      answered = true
      return response
    })
    await expect.poll(() => run.simulator.quotas.spent('token')).toBe(1)
    await run.clock.advance(2_999)
    expect(answered).toBe(false)
    await run.clock.advance(1)
    expect((await answer).status).toBe(200)
  })

  test('and then no more', async () => {
    await using run = await struckBy({ on: 'token', do: 'status' })
    await call(run)
    expect((await call(run)).status).toBe(200)
  })
})

test('without a fault, the content type says that it is JSON', async () => {
  await using run = await start()
  expect((await call(run)).headers.get('content-type')).toBe('application/json; encoding=utf-8')
})
