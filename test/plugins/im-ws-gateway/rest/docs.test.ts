import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startRest } from './rig.ts'

const page = readFileSync('docs/im-rest.md', 'utf8')
const example = /^curl "\$im(?<path>[^"]+)" -H "\$admin"(?: -H "\$json" -d '(?<body>[^']+)')?$/
const examples = [...page.matchAll(/```sh\n(curl .*)\n```\n\n```json\n([^`]+)```/g)].map(
  ([, curl = '', answer = '']) => {
    const { path = '', body } = example.exec(curl)?.groups ?? {}
    return { curl, path: `/v1/im${path}`, body, answer: JSON.parse(answer) as Record<string, unknown> }
  }
)

/** What an answer has, without what differs each time. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
}

test('each request on the page is answered as the page says', async () => {
  await using rig = await startRest({ platformsOf: () => [5] })
  expect(examples.length).toBe(page.split('\ncurl ').length - 1)
  for (const { path, body, answer, curl } of examples) {
    const reply = body ? await rig.post(path, body) : await rig.get(path)
    expect([curl, reply.status, shapeOf(reply.body)]).toEqual([curl, 200, shapeOf(answer)])
  }
})

test('each route is on the page', async () => {
  await using rig = await startRest()
  const routes = [...rig.app.gateway.routes].filter(({ url }) => url.startsWith('/v1/im'))
  const shown = examples.map(
    ({ path, body }) => `${body ? 'POST' : 'GET'} ${path.replace('/ann', '/:userID')}`
  )
  expect(routes.length).toBeGreaterThan(0)
  for (const { method, url } of routes.filter(route => route.method !== 'HEAD'))
    expect(shown).toContain(`${method} ${url}`)
})
