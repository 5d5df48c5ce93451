import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http'

/** What a page is told, and when: milliseconds since the Unix epoch, with fractions. */
export type Told = (event: string, data: Record<string, unknown>, at: number) => void

const agent = new Agent({ keepAlive: true, maxSockets: 64 })
/** Streams stay open: each has a connection of its own. */
const streams = new Agent({ maxSockets: Infinity })

/** A page that waits for a scan, from an address of its own. */
export class Page {
  readonly #url: string
  readonly #headers: Record<string, string>
  readonly #told: Told
  #stream: ClientRequest | undefined
  /** What its QR code holds. */
  scene = ''

  constructor(url: string, number: number, told: Told) {
    this.#url = url
    const address = [10, number >> 16, (number >> 8) & 255, number & 255].join('.')
    this.#headers = { 'x-forwarded-for': address }
    this.#told = told
  }

  /** Gets a QR code. */
  async begin(): Promise<void> {
    const { body, response } = await this.post('/v1/scan', {})
    this.#headers['cookie'] = (response.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? ''
    this.#keep(body)
  }

  /** Gets another one, and returns what the old one held. */
  async refresh(): Promise<string> {
    const old = this.scene
    this.#keep((await this.post('/v1/scan/refresh', {})).body)
    return old
  }

  /** Opens its stream; resolves when that has said something. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { headers: this.#headers, agent: streams }
      this.#stream = request(`${this.#url}/v1/scan/stream`, options, response => {
        if (response.statusCode !== 200)
          reject(new Error(`a stream was answered with ${response.statusCode}`))
        let text = ''
        response.setEncoding('utf8').on('error', () => undefined)
        response.on('data', (chunk: string) => {
          text += chunk
          for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
            this.#hear(text.slice(0, end))
            text = text.slice(end + 2)
            resolve()
          }
        })
      })
      this.#stream.once('error', reject).end()
    })
  }

  leave(): void {
    this.#stream?.destroy()
  }

  post(path: string, json: object, headers: Record<string, string> = {}): Promise<Answer> {
    return post(`${this.#url}${path}`, json, { ...this.#headers, ...headers })
  }

  #hear(block: string): void {
    const at = performance.timeOrigin + performance.now()
    const [, event] = /^event: (.*)$/m.exec(block) ?? []
    const [, data] = /^data: (.*)$/m.exec(block) ?? []
    if (event !== undefined && data !== undefined)
      this.#told(event, JSON.parse(data) as Record<string, unknown>, at)
  }

  #keep({ id }: Record<string, unknown>): void {
    this.scene = String(id).split('.')[1] ?? ''
  }
}

export interface Answer {
  readonly response: IncomingMessage
  readonly body: Record<string, unknown>
}

/** Sends and gets JSON. @throws {Error} when there is no answer */
export function post(url: string, json: object, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers } }
    const sending = request(url, options, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.once('end', () => resolve({ response, body: JSON.parse(text) as Record<string, unknown> }))
    })
    sending.once('error', reject).end(JSON.stringify(json))
  })
}
