import type { FastifyReply, FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import type { FileRoutes } from '../../../src/plugins/file-routes/service.ts'
import term from '../../../src/plugins/term/index.ts'
import type { Terms } from '../../../src/plugins/term/service.ts'
import { fakeClock, testPlugin } from '../../../src/testing/index.ts'

test('route files get the terms as they are when they read them', async () => {
  const members = new Map<string, (request: FastifyRequest, reply: FastifyReply) => unknown>()
  const fileRoutes: FileRoutes = { extend: (name, make) => void members.set(name, make), routes: () => [] }
  const clock = fakeClock(Date.parse('2026-09-20T15:59:59.999Z'))
  const config = { terms: { '2026-1': '2026-8-24', '2026-2': '2026-9-21' } }
  await using _ = await testPlugin(term, { config, services: { clock, fileRoutes } })
  const read = (): Terms => members.get('term')?.({} as never, {} as never) as Terms
  const before = read()
  await clock.advance(1)
  expect([...members.keys()]).toEqual(['term'])
  expect([before.current?.name, read().current?.name]).toEqual(['2026-1', '2026-2'])
  expect(before.current?.isCurrent).toBe(true)
})
