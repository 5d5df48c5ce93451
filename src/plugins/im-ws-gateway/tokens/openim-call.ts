import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../core/index.ts'
import type { ImSettings } from '../config.ts'

/** Whom to ask, and for how long. */
export interface OpenImServer {
  readonly settings: Pick<ImSettings, 'openimApi' | 'openimVersion' | 'openimTimeoutMs'>
  readonly clock: Clock
}

/** An answer of the server; both generations wrap theirs in it. */
export interface Envelope {
  /** 0: success. */
  readonly errCode: number
  readonly errMsg: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Its answers have a few hundred bytes. */
const maxBytes = 65_536

/**
 * Has an OpenIM server parse a token (specification §7): 2.x wants it in a header, 3.x in the body, with the
 * operationID the other way round.
 * @param aborting ends it early
 * @throws {Error} when nothing came in time that is an answer. It says nothing of the token
 */
export async function parseToken(
  token: string,
  { settings, clock }: OpenImServer,
  aborting: AbortController
): Promise<Envelope> {
  const { openimApi, openimVersion, openimTimeoutMs } = settings
  const operationID = randomUUID()
  let late = false
  const timer = clock.after(openimTimeoutMs, () => {
    late = true
    aborting.abort()
  })
  const [headers, body] = openimVersion === 'v2' ? [{ token }, { operationID }] : [{ operationID }, { token }]
  try {
    const response = await fetch(`${openimApi.replace(/\/+$/, '')}/auth/parse_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      // A redirect would take the token to somebody else.
      redirect: 'error',
      signal: aborting.signal
    })
    return envelopeIn(await textOf(response))
  } catch (error) {
    throw late ? new NoAnswer(`no answer within ${openimTimeoutMs} ms`) : withoutSecrets(error)
  } finally {
    timer.cancel()
  }
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxBytes) throw new NoAnswer(`an answer of more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function envelopeIn(text: string): Envelope {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new NoAnswer('the answer is no JSON')
  }
  const { errCode, errMsg, data } = Object(value) as Record<string, unknown>
  if (!Number.isInteger(errCode)) throw new NoAnswer('the answer has no errCode')
  return {
    errCode: errCode as number,
    errMsg: typeof errMsg === 'string' ? errMsg : '',
    data: Object(data) as Record<string, unknown>
  }
}

/** What came is not what was asked for. */
class NoAnswer extends Error {}

/** Texts of failed connections may hold what was sent: only their code is passed on. */
function withoutSecrets(error: unknown): NoAnswer {
  if (error instanceof NoAnswer) return error
  const { cause } = error as { readonly cause?: { readonly code?: unknown } }
  return new NoAnswer(typeof cause?.code === 'string' ? `no connection (${cause.code})` : 'no connection')
}
