import Fastify from 'fastify'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { UploadCounters } from '../../../../src/plugins/im-ws-gateway/uploads/counters.ts'
import { addFileRoute } from '../../../../src/plugins/im-ws-gateway/uploads/file-route.ts'
import { noise, startUploads, uploader } from './rig.ts'

/** Ids of files: one that the database never finds, and one that it finds when it is told to. */
const [never, later, there] = ['n', 'l', 't'].map(letter => letter.repeat(32)) as [string, string, string]

/** The route alone, with room for one download. */
async function startFiles(trustProxy: boolean) {
  const app = Fastify({ trustProxy })
  const counters = new UploadCounters()
  const errors: Error[] = []
  const asked: string[] = []
  let find = (): void => undefined
  const found = new Promise<void>(resolve => (find = resolve))
  app.addHook('onError', async (_request, _reply, error) => void errors.push(error))
  addFileRoute(app, {
    settings: { maxDownloads: 1, maxDownloadsPerIp: 1 },
    counters,
    store: {
      async file(id) {
        asked.push(id)
        if (id === never) await new Promise(() => undefined)
        if (id === later) await found
        return { id, uploadID: id, name: 'a.png', contentType: 'image/png', bytes: 4 }
      },
      piece: async () => Buffer.from('abcd')
    }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const http = `http://127.0.0.1:${port}`
  return {
    counters,
    errors,
    find: () => find(),
    status: async () => (await fetch(`${http}/object/${there}/a.png`)).status,
    /** Sends requests at once. @returns what hangs up, when the server has them all, and waits until it knows */
    async get(...ids: readonly string[]): Promise<() => Promise<void>> {
      const accepted = once(app.server, 'connection') as Promise<[Socket]>
      const socket = connect(port, '127.0.0.1')
      const [end] = await accepted
      const lines = (id: string): string =>
        `GET /object/${id}/a.png HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n`
      socket.write(ids.map(lines).join(''))
      await expect.poll(() => ids.every(id => asked.includes(id))).toBe(true)
      return async () => {
        const closed = once(end, 'close')
        socket.destroy()
        await closed
      }
    },
    [Symbol.asyncDispose]: () => app.close()
  }
}

test('a download that waits behind another answer gives its turn back when the client hangs up', async () => {
  await using files = await startFiles(false)
  const hangUp = await files.get(never, there)
  await expect.poll(() => files.counters.downloads).toBe(1)
  expect(await files.status()).toBe(503)
  await hangUp()
  expect(await files.status()).toBe(200)
})

test.each([
  ['at an address of its own', false],
  ['behind a proxy', true]
])('a client %s that hangs up while its file is looked for takes no turn', async (_, trustProxy) => {
  await using files = await startFiles(trustProxy)
  const hangUp = await files.get(later)
  await hangUp()
  files.find()
  expect(await files.status()).toBe(200)
  expect([files.counters.downloads, files.errors]).toEqual([1, []])
})

test('a part that waits behind another answer gives its turn back when the client hangs up', async () => {
  await using gateway = await startUploads({ maxPartsAtOnce: 1, maxBytes: 64_000_000 })
  const ann = await uploader(gateway)
  // More than sockets take without a reader.
  const file = new URL(await ann.upload(noise(24 * 1_048_576)))
  const content = noise(100)
  const upload = await ann.begin(content)
  const part = new URL(upload.sign.parts[0]?.url ?? '')
  const received = (): number | undefined => gateway.im.status().uploads?.counters['parts_total']
  const before = received() ?? 0
  const socket = connect(gateway.port, '127.0.0.1')
  socket.pause()
  const first = `GET ${file.pathname} HTTP/1.1\r\nHost: x\r\n\r\n`
  const second = `PUT ${part.pathname}${part.search} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n`
  // In one piece: the server reads no more once it has to wait for the reader.
  socket.write(Buffer.concat([Buffer.from(first + second), content]))
  await expect.poll(received).toBe(before + 1)
  socket.destroy()
  expect((await ann.put(part.href, content)).status).toBe(204)
})
