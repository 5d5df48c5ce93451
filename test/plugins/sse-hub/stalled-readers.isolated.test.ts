import { createParser } from 'eventsource-parser'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Holdings } from './stalled-server.ts'

const MiB = 2 ** 20
const roundsAfter = 20
const mostRounds = 200

/** Notes the numbers that events begin with, and nothing else of them. */
async function readNumbers(url: string): Promise<{ numbers: number[]; until(count: number): Promise<void> }> {
  const numbers: number[] = []
  let wake = (): void => undefined
  const parser = createParser({
    onEvent({ event, data }) {
      if (event === undefined) numbers.push(Number.parseInt(data, 10))
      wake()
    }
  })
  const [response] = (await once(get(`${url}/stream?topics=a`, { agent: false }), 'response')) as [
    IncomingMessage
  ]
  response.setEncoding('latin1').on('data', (text: string) => parser.feed(text))
  response.on('error', () => undefined)
  return {
    numbers,
    async until(count) {
      while (numbers.length < count) await new Promise<void>(resolve => (wake = resolve))
    }
  }
}

/** A reader that connects and takes nothing. */
async function stall(url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) }).pause()
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write('GET /stream?topics=a HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\n\r\n')
}

test('20 of 70 readers take nothing: they are removed, memory stays flat, and the others get everything', async () => {
  const child = fork(fileURLToPath(new URL('stalled-server.ts', import.meta.url)), [], {
    execArgv: ['--expose-gc', '--import', import.meta.resolve('tsx')]
  })
  const heard = async <Message>(): Promise<Message> => ((await once(child, 'message')) as [Message])[0]
  const url = await heard<string>()
  await Promise.all(Array.from({ length: 20 }, () => stall(url)))
  const readers = await Promise.all(Array.from({ length: 50 }, () => readNumbers(url)))

  const rounds: Holdings[] = []
  let left = roundsAfter
  // Kernels take some megabytes for each of the stalled before anything is felt.
  while (left > 0 && rounds.length < mostRounds) {
    child.send('publish')
    const holdings = await heard<Holdings>()
    rounds.push(holdings)
    await Promise.all(readers.map(reader => reader.until(holdings.published)))
    if (holdings.endedSlow === 20) left--
  }
  const [first, last] = [rounds.at(0), rounds.at(-1)] as [Holdings, Holdings]
  expect(first).toMatchObject({ streams: 70, endedSlow: 0 })
  expect(last).toMatchObject({ streams: 50, endedSlow: 20 })
  const all = Array.from({ length: last.published }, (_, index) => index + 1)
  for (const { numbers } of readers) expect(numbers).toEqual(all)

  // The history, and one queue, whose events all of the stalled share; a queue for each of them would be 5 MiB more.
  const peak = (of: (holdings: Holdings) => number): number => Math.max(...rounds.map(of))
  expect(peak(({ bufferBytes }) => bufferBytes)).toBeLessThan(3 * MiB)
  expect(peak(({ rssBytes }) => rssBytes) - first.rssBytes).toBeLessThan(32 * MiB)

  child.disconnect()
  await once(child, 'exit')
})
