import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startSignSimulator } from '../../../src/plugins/sign-simulator/device.ts'
import { RawClient } from './client.ts'

const main = fileURLToPath(new URL('../../../src/plugins/sign-simulator/main.ts', import.meta.url))
const node = (...args: string[]): string[] => ['--import', 'tsx', main, ...args]
const run = (...args: string[]) => promisify(execFile)(process.execPath, node(...args))

/** Reads what the command prints until it has said everything. */
async function announcement(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    if (text.includes('Ctrl-C')) return text
  }
  throw new Error(`the command ended: ${text}`)
}

test.concurrent.each(['SIGINT', 'SIGTERM'] as const)(
  'it serves cards, and ends cleanly on %s',
  async signal => {
    const child = spawn(process.execPath, node('--port', '0', '--devices', '2'), {
      stdio: ['ignore', 'pipe', 'inherit']
    })
    const ended = once(child, 'exit')
    const text = await announcement(child)
    const urls = text.match(/^ {2}ws:\S+$/gm)?.map(line => line.trim()) ?? []
    expect(urls).toHaveLength(2)
    expect(text).toContain(`PAIFANG_SIGN_BRIDGE_DEVICES=${urls.join(',')} npm start`)

    const client = await RawClient.connect(urls[1] ?? '')
    await client.next()
    client.sign(1, 'text')
    expect(await client.nextReply()).toMatchObject({ id: 1, Result: true })
    child.kill(signal)
    expect(await ended).toEqual([0, null])
    expect(await client.closed).toBe(1006)
  }
)

test.concurrent('--help explains it', async () => {
  const { stdout, stderr } = await run('--help')
  expect(stdout).toContain('Usage: paifang-sign-simulator')
  expect(stderr).toBe('')
})

test.concurrent('bad arguments end with 64 and a clear message', async () => {
  await expect(run('--prot', '1')).rejects.toMatchObject({
    code: 64,
    stdout: '',
    stderr: expect.stringMatching(
      /^paifang-sign-simulator: Unknown option '--prot'.*\nTry 'paifang-sign-simulator --help'/s
    )
  })
})

test.concurrent('a port that is taken ends it with 1', async () => {
  await using device = await startSignSimulator()
  await expect(run('--port', new URL(device.url).port)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^paifang-sign-simulator: .*EADDRINUSE.*\n$/)
  })
})
