import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { freePort } from '../../../servers/free-port.ts'
import { noise, startUploads, uploader } from './rig.ts'

test('an operator removes a file with all its addresses, and its user has the room again', async () => {
  const adminPort = await freePort()
  await using gateway = await startUploads({ maxBytesPerUser: 13_000 }, { server: { adminPort } })
  const remove = async (id: string): Promise<unknown> => {
    const url = `http://127.0.0.1:${adminPort}/im-ws-gateway/files/${id}`
    return (await fetch(url, { method: 'DELETE' })).json()
  }
  const ann = await uploader(gateway)
  const content = noise(10_000)
  const first = await ann.upload(content, 'a.png')
  const again = await ann.announce(content, { name: 'ann/b.png' })
  const second = again.data['url'] as string
  const other = await ann.upload(noise(1), 'c.png').catch(() => 'no room')
  expect(other).toBe('no room')
  const [, id = ''] = /object\/([^/]+)\//.exec(second) ?? []
  expect(await remove(id)).toEqual({ removed: true })
  expect([(await fetch(first)).status, (await fetch(second)).status]).toEqual([404, 404])
  expect(await remove(id)).toEqual({ removed: false })
  expect(await remove('x')).toMatchObject({ statusCode: 400 })
  // All of it: what was counted for two names as well.
  await ann.upload(noise(13_000 - 1_024))
  expect(await ann.announce(noise(1))).toMatchObject({ errCode: 1701 })
})

test('a file that is removed while somebody reads it is cut, and the gateway goes on', async () => {
  const adminPort = await freePort()
  await using gateway = await startUploads({ maxBytes: 64_000_000 }, { server: { adminPort } })
  const ann = await uploader(gateway)
  const url = await ann.upload(noise(24_000_000))
  const reading = get(url)
  const [answer] = (await once(reading, 'response')) as [IncomingMessage]
  const [, id = ''] = /object\/([^/]+)\//.exec(url) ?? []
  await fetch(`http://127.0.0.1:${adminPort}/im-ws-gateway/files/${id}`, { method: 'DELETE' })
  await expect(drained(answer)).rejects.toThrow('aborted')
  expect((await fetch(url)).status).toBe(404)
  expect((await fetch(await ann.upload(noise(5)))).status).toBe(200)
})

async function drained(answer: IncomingMessage): Promise<void> {
  for await (const chunk of answer) void chunk
}
