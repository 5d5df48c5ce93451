import { expect, test } from 'vitest'
import { Link, type LinkBroken, type LinkListener } from '../../../../src/plugins/im-ws-gateway/nodes/link.ts'
import { RemoteHost } from '../../../../src/plugins/im-ws-gateway/nodes/to-host.ts'
import type { SharedLog } from '../../../../src/plugins/state/service.ts'

const nobody: LinkListener = { joined() {}, unknown() {}, left() {}, here() {} }
const question = (core: number) => ({ k: 'open', core, user: 'ann' }) as const

function startLink(append: SharedLog['append']) {
  const failures: unknown[] = []
  const way = new RemoteHost({
    log: { append } as SharedLog,
    version: 1,
    term: 3,
    host: 'h',
    node: 'n',
    session: 's',
    inbox: 9,
    traffic: { batches: 0, bytes: 0 },
    broken: error => void failures.push(error)
  })
  return { way, failures, link: new Link({ term: 3, session: 's', mark: () => 0 }, way, nobody) }
}

test('what is asked in one turn is one batch, which says who asks; answers find who has asked', async () => {
  const batches: string[] = []
  const { way, link } = startLink(async text => ({ epoch: 'e', seq: batches.push(text) }))
  const asked = [link.ask(question(1), 10), link.ask(question(2), 10)]
  await way.idle()
  expect(batches).toEqual([
    [
      '{"version":1,"term":3,"host":"h","node":"n","session":"s","inbox":9}',
      '{"k":"open","core":1,"user":"ann","id":1}',
      '{"k":"open","core":2,"user":"ann","id":2}'
    ].join('\n')
  ])
  link.receive({ k: 'no', id: 2, code: 'blocked', message: 'by bob' })
  link.receive({ k: 'ok', id: 1, result: { a: 1 } })
  link.receive({ k: 'ok', id: 1, result: 'twice' })
  expect(await Promise.allSettled(asked)).toEqual([
    { status: 'fulfilled', value: { a: 1 } },
    { status: 'rejected', reason: expect.objectContaining({ code: 'blocked', message: 'by bob' }) }
  ])
})

test('a link that breaks says of each request whether the host may have got it', async () => {
  const { link, way } = startLink(() => new Promise(() => undefined))
  const sent = link.ask(question(1), 10)
  await new Promise(resolve => setImmediate(resolve))
  const waiting = link.ask(question(2), 10)
  link.break()
  const outcomes = await Promise.allSettled([sent, waiting, link.ask(question(3), 10)])
  expect(
    outcomes.map(outcome => outcome.status === 'rejected' && (outcome.reason as LinkBroken).wasSent)
  ).toEqual([true, false, false])
  expect(way.end().size).toBe(1)
})

test('after a host has gone in good order nothing counts as sent that was not answered', async () => {
  const { link } = startLink(() => new Promise(() => undefined))
  const sent = link.ask(question(1), 10)
  await new Promise(resolve => setImmediate(resolve))
  link.receive({ k: 'bye', mark: 5 })
  link.break()
  await expect(sent).rejects.toMatchObject({ wasSent: false })
})

test('a request whose time is up is answered with timeout, and a late answer is passed over', async () => {
  const { link } = startLink(async () => ({ epoch: 'e', seq: 1 }))
  const asked = link.ask(question(1), 100)
  link.sweep(99)
  expect(link.waiting).toBe(1)
  link.sweep(100)
  await expect(asked).rejects.toMatchObject({ code: 'timeout' })
  link.receive({ k: 'ok', id: 1, result: null })
  expect(link.waiting).toBe(0)
})

test('when too much waits, requests are refused, and what is no request breaks the way', async () => {
  const { link, failures } = startLink(() => new Promise(() => undefined))
  const large = { k: 'office', name: 'send', args: ['x'.repeat(20 * 1_048_576)] } as const
  const asked = [
    link.ask({ ...large, args: [...large.args] }, 10),
    link.ask({ ...large, args: [...large.args] }, 10)
  ]
  await expect(link.ask(question(1), 10)).rejects.toMatchObject({ code: 'busy' })
  expect(failures).toEqual([])
  link.send({ k: 'close', core: 1 })
  expect(failures).toHaveLength(1)
  link.break()
  await expect(Promise.allSettled(asked)).resolves.toHaveLength(2)
})
