import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Serve } from './target.ts'

// Devices as somebody else would write them, from the description of the control alone.
const key = Buffer.from('1234567887654321')
const signatureOf = (text: string): string => Buffer.from(`signature of ${text}`).toString('base64')

interface Frame {
  readonly _id: number
  readonly _method: string
  readonly args: { readonly inData: string; readonly passwd: string }
}

type Behaviour = (frame: Frame, reply: (id: number, text: string) => void, nth: number) => void

async function device(behave: Behaviour): Promise<{ url: string; frames: Frame[]; close(): Promise<void> }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  const frames: Frame[] = []
  server.on('connection', (socket: WebSocket) => {
    socket.send(JSON.stringify({ _id: 0, _method: 'open', _status: '00', _args: {} }))
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Frame
      frames.push(frame)
      const reply = (id: number, text: string): void => {
        const Data = [signatureOf(text), '01691f4c']
        const _args = { Result: true, Data, Error: [] }
        socket.send(JSON.stringify({ _id: id, _method: frame._method, _status: '00', _args }))
      }
      behave(frame, reply, frames.length)
    })
  })
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> => {
    for (const client of server.clients) client.terminate()
    return new Promise(resolve => server.close(() => resolve()))
  }
  return { url: `ws://127.0.0.1:${port}`, frames, close }
}

interface Answer {
  readonly status: number
  readonly sign?: string
}

async function sign(url: string, text: string): Promise<Answer> {
  const cipher = createCipheriv('aes-128-ecb', key, null)
  const plain = JSON.stringify({ str: text, pwdstr: '88888888' })
  const body = Buffer.concat([cipher.update(plain), cipher.final()]).toString('hex')
  const response = await fetch(`${url}/getCode`, { method: 'POST', body })
  const { code, data } = (await response.json()) as { code: number; data: string | false }
  expect(code).toBe(response.status)
  if (data === false) return { status: response.status }
  const decipher = createDecipheriv('aes-128-ecb', key, null)
  const opened = Buffer.concat([decipher.update(data, 'hex'), decipher.final()]).toString()
  return { status: response.status, sign: (JSON.parse(opened) as { sign: string }).sign }
}

const after = (ms: number, task: () => void): void => void setTimeout(task, ms)

const behaviours: Record<string, Behaviour> = {
  'answers late': (frame, reply, nth) =>
    after(nth % 3 === 0 ? 450 : 5, () => reply(frame._id, frame.args.inData)),
  'answers twice': (frame, reply) => {
    reply(frame._id, frame.args.inData)
    reply(frame._id, frame.args.inData)
    after(20, () => reply(frame._id, 'something else'))
  },
  'answers with foreign ids first': (frame, reply) => {
    reply(frame._id - 1, 'the one before')
    reply(frame._id + 1, 'the next one')
    after(5, () => reply(frame._id, frame.args.inData))
  },
  'never answers': () => undefined
}

/** Cards that do not behave. */
export function devicesSuite(serve: Serve): void {
  test.each(Object.entries(behaviours))(
    'a device that %s causes no wrong answer and no hang',
    async (name, behave) => {
      const card = await device(behave)
      const { url } = await serve({
        plugins: {
          'crypto-envelope': { legacyKey: key.toString() },
          'sign-bridge': {
            devices: [card.url],
            guardSecret: 'a guard secret of these tests',
            deviceLease: true,
            deviceLeaseMs: 3_000,
            timeoutMs: 300,
            deadlineMs: 1_500
          }
        }
      })
      await expect.poll(async () => (await fetch(`${url}/v1/sign/devices`)).text()).toContain('"ready"')
      const texts = Array.from({ length: 12 }, (_, index) => `order ${index}`)
      const answers = await Promise.all(texts.map(text => sign(url, text)))
      const isRight = ({ status, sign: made }: Answer, index: number): boolean =>
        status === 200 ? made === signatureOf(texts[index] ?? '') : [502, 503, 504].includes(status)
      expect(answers.filter((answer, index) => !isRight(answer, index))).toEqual([])
      expect(answers.some(({ status }) => status === 200)).toBe(name !== 'never answers')
      const sent = card.frames.filter(({ args }) => 'passwd' in args).map(({ args }) => args.inData)
      expect(new Set(sent).size).toBe(sent.length)
      await card.close()
    }
  )
}
