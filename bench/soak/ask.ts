import { Agent, request } from 'node:http'
import type { Ledger } from './ledger.ts'

/** Shorter than the gateway keeps idle connections: none is used that it is about to close. */
const idleMs = 5_000
/** Nothing may take longer. */
const patienceMs = 30_000

export interface Answer {
  /** 0: there was none. */
  readonly status: number
  readonly body: string
  readonly json: Readonly<Record<string, unknown>>
  /** What is in the place of a status where there is none: `ECONNRESET` and the like. */
  readonly cut?: string
  readonly cookies: readonly string[]
}

export interface Question {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: string | object
  readonly signal?: AbortSignal
}

class NoAnswer extends Error {
  readonly code = 'no answer'
}

export interface Ask {
  /** Asks, and notes nothing. */
  plain(question: Question): Promise<Answer>
  /**
   * Asks, and notes what comes of it.
   * @param right whether the answer is as it should be; false or a kind: it is not. Default: a status below 300
   */
  noted(load: string, question: Question, right?: (answer: Answer) => boolean | string): Promise<Answer>
  close(): void
}

/** Asks over connections that stay open, from an address of its own each time, as behind a proxy. */
export function asking(url: string, ledger: Ledger, random: () => number): Ask {
  const agent = new Agent({ keepAlive: true, maxSockets: 200, timeout: idleMs })
  const plain = ({ method = 'GET', path, headers, body, signal }: Question): Promise<Answer> =>
    new Promise(resolve => {
      const address = [10, 1, 2, 3].map((part, index) => (index === 0 ? part : Math.floor(random() * 255)))
      const text = typeof body === 'object' ? JSON.stringify(body) : body
      const sent = {
        accept: 'application/problem+json, application/json;q=0.5',
        'x-forwarded-for': address.join('.'),
        ...(typeof body === 'object' && { 'content-type': 'application/json' }),
        ...headers
      }
      const cut = (error: Error & { code?: string }): void =>
        resolve({ status: 0, body: '', json: {}, cut: error.code ?? error.name, cookies: [] })
      const sending = request(
        new URL(path, url),
        { method, agent, headers: sent, ...(signal && { signal }) },
        response => {
          let received = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (received += chunk))
          response.on('error', cut)
          response.on('end', () => {
            const { statusCode: status = 0, headers: heads } = response
            resolve({ status, body: received, json: parsed(received), cookies: heads['set-cookie'] ?? [] })
          })
        }
      )
      sending.setTimeout(patienceMs, () => sending.destroy(new NoAnswer('no answer')))
      sending.on('error', cut).end(text)
    })
  return {
    plain,
    async noted(load, question, right = ({ status }) => status > 0 && status < 300) {
      const began = ledger.now()
      const answer = await plain(question)
      const verdict = right(answer)
      if (verdict === true) ledger.did(load)
      else {
        const kind = verdict === false ? kindOf(answer) : verdict
        const { method = 'GET', path } = question
        ledger.failed(load, kind, began, `${method} ${path}: ${answer.status} ${answer.body}`)
      }
      return answer
    },
    close: () => agent.destroy()
  }
}

/** The key of a failure; where its dialect has no keys, its code. */
export function kindOf({ status, json, cut }: Answer): string {
  const { code } = json
  if (typeof code === 'string') return code
  return cut ?? (typeof code === 'number' && code !== 200 ? `code ${code}` : `HTTP ${status}`)
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
