import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { formOf } from './form.ts'
import type { HttpBody } from './service.ts'

/** A body as it is sent. */
export interface SentBody {
  /** A stream can be sent once only. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array>
  /** Unless the caller says another. */
  readonly type: string | undefined
}

const formType = 'application/x-www-form-urlencoded'

/**
 * Encodes what a caller gives as a body.
 * @throws {TypeError} for what a form or JSON cannot hold
 */
export async function sentBodyOf(body: HttpBody | undefined, json: unknown): Promise<SentBody | undefined> {
  if (json !== undefined) return sentText(jsonText(json), 'application/json')
  if (body === undefined || body === null) return undefined
  // Old upstreams take texts for forms: that is what clients of their time sent.
  if (typeof body === 'string') return sentText(body, formType)
  if (body instanceof URLSearchParams) return sentText(body.toString(), formType)
  if (body instanceof ArrayBuffer) return { content: new Uint8Array(body), type: undefined }
  if (ArrayBuffer.isView(body))
    return { content: new Uint8Array(body.buffer, body.byteOffset, body.byteLength), type: undefined }
  if (body instanceof FormData || body instanceof Blob) return encodedBy(body)
  if (body instanceof ReadableStream)
    return { content: Readable.fromWeb(body as NodeStream<Uint8Array>), type: undefined }
  if (Symbol.asyncIterator in body) return { content: body as AsyncIterable<Uint8Array>, type: undefined }
  return sentText(formOf(body), formType)
}

function sentText(text: string, type: string): SentBody {
  return { content: Buffer.from(text), type }
}

function jsonText(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError('JSON has no form for this body')
  return text
}

/** Boundaries and the rest as `fetch` writes them. */
async function encodedBy(body: FormData | Blob): Promise<SentBody> {
  const encoded = new Response(body)
  const type = encoded.headers.get('content-type') ?? undefined
  return { content: new Uint8Array(await encoded.arrayBuffer()), type }
}
