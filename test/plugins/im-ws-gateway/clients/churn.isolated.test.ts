import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Holdings, Ready } from './churn-gateway.ts'
import { openRaw } from './raw-client.ts'

/** `PAIFANG_TEST_IM_CYCLES=100000` for a long run. */
const cycles = Number(process.env['PAIFANG_TEST_IM_CYCLES'] ?? 5_000)
const warmUp = 1_500
const atOnce = 20
/** Less than any object of a connection that would stay behind: an hundred bytes would be too many. */
const bytesPerCycle = 100
const slackBytes = 768 * 1_024

test(
  `${cycles} connections that log in and out leave nothing behind`,
  { timeout: 30_000 + cycles * 10 },
  async () => {
    const child = fork(fileURLToPath(new URL('churn-gateway.ts', import.meta.url)), [], {
      execArgv: ['--expose-gc', '--import', import.meta.resolve('tsx')]
    })
    const heard = async <Message>(): Promise<Message> => ((await once(child, 'message')) as [Message])[0]
    const { url, tokens } = await heard<Ready>()
    const cycle = async (index: number): Promise<void> => {
      const [userID, token] = tokens[index % tokens.length] ?? ['', '']
      const dialect = (['2.0', '2.3', '3'] as const)[index % 3] ?? '3'
      const raw = await openRaw({ url, userID, token, dialect })
      // A third of them just goes.
      if (index % 9 > 2) await raw.ask('Logout')
      if (index % 9 === 0) raw.socket.terminate()
      await raw.close()
    }
    const run = async (from: number, to: number): Promise<Holdings> => {
      let next = from
      const worker = async (): Promise<void> => {
        while (next < to) await cycle(next++)
      }
      await Promise.all(Array.from({ length: atOnce }, worker))
      child.send('tell')
      return heard<Holdings>()
    }
    const before = await run(0, warmUp)
    const after = await run(warmUp, warmUp + cycles)
    expect(after).toMatchObject({ connections: 0, users: 0 })
    expect(after.handles).toBeLessThanOrEqual(before.handles)
    expect(after.heapBytes - before.heapBytes).toBeLessThan(cycles * bytesPerCycle + slackBytes)
    child.disconnect()
    await once(child, 'exit')
  }
)
