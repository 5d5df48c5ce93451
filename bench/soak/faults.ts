import { setTimeout as sleep } from 'node:timers/promises'
import { readStream } from './event-stream.ts'
import { after, lost, waited, type Fault } from './fault.ts'
import type { OldCampus } from './fakes.ts'
import { reloads } from './reloads.ts'
import { lockRows } from './rows.ts'

/** The upstream fails, and so does what needs it: answers that nobody keeps, and logins, which it decides. */
const upstream = (name: string, spoil: (faults: OldCampus['faults']) => () => unknown): Fault => ({
  name,
  explains: after(6_000, 'upstream.*', 'circuit.open', 'maintenance'),
  strike: async ({ field }) => spoil(field.fakes.campus.faults)
})

/** All that can be made to go wrong. */
export const faults: readonly Fault[] = [
  {
    name: 'a card is cut off',
    explains: after(2_000, ...lost),
    strike: async ({ field: { fakes } }) => {
      await fakes.cards[0]?.goOffline()
      return () => fakes.cards[0]?.comeOnline()
    }
  },
  {
    name: 'all cards are cut off',
    explains: after(8_000, ...lost, ...waited),
    strike: async ({ field: { fakes } }) => {
      await Promise.all(fakes.cards.map(card => card.goOffline()))
      return () => Promise.all(fakes.cards.map(card => card.comeOnline()))
    }
  },
  upstream('upstream slow', on => {
    on.slowMs = 2_500
    return () => (on.slowMs = 0)
  }),
  upstream('upstream answers 500', on => {
    on.status = 500
    return () => (on.status = 0)
  }),
  upstream('upstream hangs', on => on.hold()),
  upstream('upstream cuts connections', on => {
    on.down = true
    return () => (on.down = false)
  }),
  {
    name: 'WeChat API away',
    explains: after(30_000, 'scan.busy'),
    strike: async ({ field: { fakes } }) => {
      fakes.wechat.play([{ on: 'api', do: 'drop', times: Infinity }])
      return () => fakes.wechat.play([])
    }
  },
  {
    name: 'clients vanish',
    explains: after(1_000, 'stream: HTTP 0'),
    strike: async ({ loads }) => {
      for (const load of loads) load.vanish?.()
      return () => undefined
    }
  },
  {
    name: 'readers stall',
    explains: {},
    strike: async ({ field: { url, project, ask } }) => {
      const headers = { authorization: `Bearer ${project.topicToken}` }
      const path = `${url}/v1/events?topics=flood`
      const stalled = Array.from({ length: 5 }, () => readStream(path, headers, () => undefined))
      for (const stream of stalled) if ((await stream.status) === 200) stream.stall()
      await ask.noted('flood', { method: 'PUT', path: '/flood' })
      return () => {
        for (const stream of stalled) stream.leave()
      }
    }
  },
  {
    name: 'database busy',
    explains: {},
    strike: async ({ field }) => {
      for (let time = 0; time < 3; time++) {
        const release = await lockRows(field.project.database)
        await sleep(400)
        release()
        await sleep(50)
      }
      return () => undefined
    }
  },
  {
    name: 'database locked',
    explains: after(
      4_000,
      // Nothing is signed before it can be written down: requests wait.
      ...waited,
      'sign.audit_*',
      'sign.guard_unavailable',
      'sign.idempotency_*',
      'sign: code 50*',
      'log: the outcome of a request with an Idempotency-Key cannot be kept*',
      'log: clicks cannot be written; they wait*',
      'chat: errCode 10003',
      'session.*',
      'token.*',
      'im.unavailable'
    ),
    strike: ({ field }) => lockRows(field.project.database)
  },
  {
    name: 'Redis restarts, empty',
    explains: {
      ...after(3_000, 'envelope.unavailable', 'token.*', 'session.*', 'publish: internal', 'log: *'),
      ...after(10_000, 'no page was told of a scan', 'push refused', 'scan.*'),
      ...after(30_000, 'scan.busy')
    },
    strike: async ({ field: { fakes } }) => {
      await fakes.redis?.kill()
      return () => fakes.redis?.start()
    }
  },
  ...reloads
]
