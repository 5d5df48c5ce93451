import { createCipheriv, createDecipheriv, verify, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { WebSocket } from 'ws'
import { textOf } from './text.ts'

export const legacyKey = '1234567887654321'
const pin = '88888888'

/** An answer before anything is read from it. `status` is 200 for every reply of a device. */
export interface RawAnswer {
  readonly status: number
  readonly body: string
}

/** Signs numbered texts, by one way or another. */
export interface Client {
  readonly send: (number: number) => Promise<RawAnswer>
  /** The signature in the body of a 200. */
  readonly signatureIn: (body: string) => string
  readonly close: () => void
}

/** What `POST /getCode` takes: AES-128-ECB under the key text, in hex. */
export function seal(text: string, key = legacyKey): string {
  const cipher = createCipheriv('aes-128-ecb', key, null)
  return cipher.update(JSON.stringify({ str: text, pwdstr: pin }), 'utf8', 'hex') + cipher.final('hex')
}

/** Signs through the gateway, over connections that stay open. */
export function gatewayClient(url: string): Client {
  const http = httpClient(url)
  return {
    send: number => http.send('POST', '/getCode', seal(textOf(number))),
    signatureIn(body) {
      const { data } = JSON.parse(body) as { data: string }
      const decipher = createDecipheriv('aes-128-ecb', legacyKey, null)
      return (JSON.parse(decipher.update(data, 'hex', 'utf8') + decipher.final('utf8')) as { sign: string })
        .sign
    },
    close: http.close
  }
}

export interface HttpClient {
  readonly send: (method: string, path: string, body?: string, signal?: AbortSignal) => Promise<RawAnswer>
  readonly close: () => void
}

/** Plain requests. A request that its caller gives up, or whose connection ends, has status 0. */
export function httpClient(url: string): HttpClient {
  const agent = new Agent({ keepAlive: true })
  return {
    send: (method, path, body, signal) =>
      new Promise(resolve => {
        const options = { method, agent, ...(signal && { signal }) }
        const sending = request(new URL(path, url), options, response => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => (text += chunk))
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
          response.on('error', () => resolve({ status: 0, body: '' }))
        })
        sending.on('error', () => resolve({ status: 0, body: '' }))
        sending.end(body)
      }),
    close: () => agent.destroy()
  }
}

/**
 * The floor: the same frames to the same devices with nothing in between but a list. A device that replies gets the
 * next frame at once, before anything else is done with its reply.
 */
export async function directClient(urls: readonly string[]): Promise<Client> {
  interface Job {
    readonly number: number
    readonly resolve: (answer: RawAnswer) => void
  }
  const waiting: Job[] = []
  const free: ((job: Job) => void)[] = []
  const pump = (): void => {
    while (free.length > 0 && waiting.length > 0) free.shift()!(waiting.shift()!)
  }
  const connect = async (url: string): Promise<WebSocket> => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    let out: Job | undefined
    const start = (job: Job): void => {
      out = job
      const args = { inData: textOf(job.number), passwd: pin }
      socket.send(JSON.stringify({ _method: 'cus-sec_SpcSignDataAsPEM', _id: job.number, args }))
    }
    await once(socket, 'message')
    free.push(start)
    socket.on('message', (data: Buffer) => {
      const done = out
      free.push(start)
      pump()
      done?.resolve({ status: 200, body: data.toString() })
    })
    return socket
  }
  const sockets = await Promise.all(urls.map(connect))
  return {
    send: number =>
      new Promise(resolve => {
        waiting.push({ number, resolve })
        pump()
      }),
    signatureIn: signatureInReply,
    close: () => {
      for (const socket of sockets) socket.terminate()
    }
  }
}

/** The same through a process in between that does nothing else. */
export function relayClient(url: string): Client {
  const http = httpClient(url)
  return {
    send: number => http.send('POST', '/', textOf(number)),
    signatureIn: signatureInReply,
    close: http.close
  }
}

function signatureInReply(body: string): string {
  return (JSON.parse(body) as { _args: { Data: string[] } })._args.Data[0] ?? ''
}

/** Tells whether a signature is one of the text with this number, by the certificate that all cards share. */
export function signatureCheck(certificate: string): (number: number, signature: string) => boolean {
  const { publicKey } = new X509Certificate(Buffer.from(certificate, 'base64'))
  return (number, signature) =>
    verify('sha1', Buffer.from(textOf(number)), publicKey, Buffer.from(signature, 'base64'))
}
