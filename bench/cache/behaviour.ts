import { setTimeout as pause } from 'node:timers/promises'
import type { Adapter, Work } from './adapters.ts'

/** What is asked of every cache: a question, and how to find the answer. Times are real: a value is fresh for 1 s. */
export interface Question {
  readonly title: string
  ask(adapter: Adapter): Promise<string>
}

const staleMs = 1_200
const slowMs = 600

const failing = (statusCode: number): Work => {
  return async () => {
    throw Object.assign(new Error(`status ${statusCode}`), { statusCode })
  }
}

/** Reads, and tells what came and about when. */
async function outcome({ read }: Adapter, key: string, work: Work): Promise<string> {
  const began = performance.now()
  const came = await read(key, work).then(String, () => 'throws')
  const tenths = Math.round((performance.now() - began) / 100)
  return tenths === 0 ? came : `${came} at ${tenths * 100} ms`
}

async function makeOld({ read }: Adapter, key: string): Promise<void> {
  await read(key, async () => 'old')
  await pause(staleMs)
}

/** How many calls `readers` at once are, and how many of them fail. */
async function crowd(
  { read }: Adapter,
  key: string,
  readers: number,
  work: Work
): Promise<readonly [number, number]> {
  let calls = 0
  const counted: Work = () => {
    calls++
    return work()
  }
  const results = await Promise.allSettled(Array.from({ length: readers }, () => read(key, counted)))
  await pause(300)
  return [calls, results.filter(({ status }) => status === 'rejected').length]
}

/** Which of the values are stored, so that a second reader does no work. */
async function stored({ read }: Adapter, key: string, values: readonly unknown[]): Promise<string> {
  const each = values.map(async (value, at) => {
    let calls = 0
    const work: Work = async () => (calls++, value)
    const first = await read(`${key}${at}`, work).then(
      () => true,
      () => false
    )
    await read(`${key}${at}`, work).catch(() => undefined)
    return first ? calls === 1 : undefined
  })
  const all = new Set(await Promise.all(each))
  if (all.has(undefined)) return 'throws'
  return all.size > 1 ? 'some' : all.has(true) ? 'yes' : 'no'
}

/** The columns of the table. */
export const questions: readonly Question[] = [
  {
    title: 'old value, source fails',
    async ask(adapter) {
      await makeOld(adapter, 'fails')
      return outcome(adapter, 'fails', failing(503))
    }
  },
  {
    title: 'old value, source says 404',
    async ask(adapter) {
      await makeOld(adapter, 'gone')
      const first = await outcome(adapter, 'gone', failing(404))
      await pause(100)
      const next = await outcome(adapter, 'gone', failing(404))
      return first === next ? first : `${first}, then ${next}`
    }
  },
  {
    title: `old value, source takes ${slowMs} ms`,
    async ask(adapter) {
      await makeOld(adapter, 'slow')
      return outcome(adapter, 'slow', () => pause(slowMs, 'new'))
    }
  },
  {
    title: 'and what it brings is stored',
    async ask(adapter) {
      await makeOld(adapter, 'late')
      await outcome(adapter, 'late', () => pause(slowMs, 'new'))
      await pause(slowMs + 100)
      return (await outcome(adapter, 'late', () => pause(slowMs, 'newer'))) === 'new' ? 'yes' : 'no'
    }
  },
  {
    title: 'old value, 100 readers: calls',
    async ask(adapter) {
      await makeOld(adapter, 'crowd')
      const [calls] = await crowd(adapter, 'crowd', 100, () => pause(50, 'new'))
      return String(calls)
    }
  },
  {
    title: 'no value, source fails, 50 readers: calls / errors',
    async ask(adapter) {
      const work = () => pause(20).then(failing(503))
      const [calls, errors] = await crowd(adapter, 'storm', 50, work)
      return `${calls} / ${errors}`
    }
  },
  {
    title: 'cleared while work is under way: the next reader gets',
    async ask(adapter) {
      const before = adapter.read('clear', () => pause(200, 'from before')).catch(() => undefined)
      await adapter.clear('clear')
      await before
      await pause(50)
      return outcome(adapter, 'clear', async () => 'from after')
    }
  },
  { title: "stores null, 0, '' and false", ask: adapter => stored(adapter, 'falsy', [null, 0, '', false]) },
  { title: 'stores undefined', ask: adapter => stored(adapter, 'undefined', [undefined]) }
]
