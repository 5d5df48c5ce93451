import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { chunkFrame } from '../../../src/plugins/fetch-workers/protocol/body-chunk.ts'
import { ScriptedGateway } from './scripted-gateway.ts'
import { startUpstream, startWorker } from './worker-rig.ts'

/** Resolves when the worker has read all that was sent before. */
async function settled({ socket }: ScriptedGateway): Promise<void> {
  const answered = once(socket, 'pong')
  socket.ping()
  await answered
}

describe('whatever its gateway wants, a worker', () => {
  test.each([
    'http://www.example.org/',
    'http://example.edu/',
    'ftp://up.example.edu/',
    'no address',
    'http://127.0.0.1/',
    'http://up.example.edu@www.example.org/'
  ])('does not ask %s', async url => {
    await using gateway = await ScriptedGateway.start()
    await using _ = startWorker(gateway.url)
    await gateway.login()
    gateway.ask({ url })
    expect(await gateway.next('err')).toMatchObject({ id: 1, kind: 'blocked', sent: false })
    expect(gateway.came).toEqual([])
  })

  test('sends nothing that may change something before all of its body is there', async () => {
    await using upstream = await startUpstream((_, response, body) => response.end(body))
    await using gateway = await ScriptedGateway.start()
    await using _ = startWorker(gateway.url)
    await gateway.login()
    gateway.ask({ method: 'POST', url: `http://up.example.edu:${upstream.port}/`, body: 1 })
    await gateway.next('ack')
    gateway.send(chunkFrame(1, Buffer.from('first '), false))
    await settled(gateway)
    expect(upstream.seen).toEqual([])
    gateway.send(chunkFrame(1, Buffer.from('last'), true))
    expect(await gateway.next('res')).toMatchObject({ id: 1, status: 200 })
    expect((await gateway.next('chunk')).text).toBe('first last')
    expect(upstream.seen).toEqual(['POST /'])
  })

  test.each(['the connection is lost', 'it is cancelled'])(
    'sends nothing at all when %s before that',
    async how => {
      await using upstream = await startUpstream((_, response) => response.end('fine'))
      await using gateway = await ScriptedGateway.start()
      await using running = startWorker(gateway.url, { random: () => 0 })
      await gateway.login()
      const url = `http://up.example.edu:${upstream.port}/`
      gateway.ask({ method: 'POST', url, body: 1 })
      await gateway.next('ack')
      if (how === 'it is cancelled') {
        gateway.send({ type: 'cancel', id: 1 })
        gateway.send(chunkFrame(1, Buffer.from('x'), true))
      } else {
        gateway.socket.terminate()
        await running.until(() => !running.worker.ready)
        await gateway.login()
      }
      gateway.ask({ id: 2, url })
      await gateway.next('res')
      expect(upstream.seen).toEqual(['GET /'])
    }
  )

  test('says that it has no room for more than it can do', async () => {
    await using upstream = await startUpstream(() => undefined)
    await using gateway = await ScriptedGateway.start()
    await using _ = startWorker(gateway.url, { maxInFlight: 1 })
    await gateway.login()
    const url = `http://up.example.edu:${upstream.port}/`
    gateway.ask({ url })
    await upstream.until(1)
    gateway.ask({ id: 2, url })
    expect(await gateway.next('err')).toMatchObject({ id: 2, kind: 'busy', sent: false })
  })

  test('leaves when the same request is handed out twice', async () => {
    await using upstream = await startUpstream(() => undefined)
    await using gateway = await ScriptedGateway.start()
    await using _ = startWorker(gateway.url)
    await gateway.login()
    const url = `http://up.example.edu:${upstream.port}/`
    gateway.ask({ url })
    gateway.ask({ url })
    expect(await once(gateway.socket, 'close')).toEqual([1008, expect.anything()])
  })

  test('hands over no more bytes than are wanted', async () => {
    await using upstream = await startUpstream((_, response) => response.end(Buffer.alloc(200_000)))
    await using gateway = await ScriptedGateway.start()
    await using _ = startWorker(gateway.url)
    await gateway.login()
    gateway.ask({ url: `http://up.example.edu:${upstream.port}/`, maxBytes: 100_000 })
    expect(await gateway.next('err')).toMatchObject({ kind: 'too_large', sent: true })
    const bytes = gateway.came.reduce(
      (sum, frame) => sum + (frame.type === 'chunk' ? frame.text.length : 0),
      0
    )
    expect(bytes).toBeLessThanOrEqual(100_000)
  })
})
