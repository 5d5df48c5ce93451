import { createHash, randomBytes } from 'node:crypto'
import { startGateway, type Gateway, type GatewayOptions } from '../clients/gateway.ts'

const KiB = 1_024
/** The smallest parts that can be set, so that files of several are small. */
export const partBytes = 256 * KiB

/** What nobody can compress, or guess. */
export function noise(bytes: number): Buffer<ArrayBuffer> {
  return Buffer.from(randomBytes(bytes))
}

export function md5(content: Buffer | string): string {
  return createHash('md5').update(content).digest('hex')
}

export interface Envelope {
  readonly errCode: number
  readonly errMsg: string
  readonly errDlt: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface Part {
  readonly partNumber: number
  readonly url: string
  readonly query: readonly unknown[]
  readonly header: readonly unknown[]
}

/** An upload that has been announced. */
export interface Upload {
  readonly uploadID: string
  readonly expireTime: number
  readonly sign: { readonly parts: readonly Part[] }
}

/** A user who speaks the protocol of the client by hand. */
export interface Uploader {
  readonly token: string
  /** Sends it as the client does: JSON as text/plain. */
  post(route: string, body: unknown, headers?: Record<string, string>): Promise<Envelope>
  announce(content: Buffer, changes?: object): Promise<Envelope>
  begin(content: Buffer, name?: string): Promise<Upload>
  put(url: string, content: Buffer, headers?: Record<string, string>): Promise<Response>
  /** Sends all parts. */
  send(upload: Upload, content: Buffer): Promise<void>
  complete(upload: Upload, content: Buffer, changes?: object): Promise<Envelope>
  /** All of it. @returns the address of the file */
  upload(content: Buffer, name?: string, contentType?: string): Promise<string>
}

export async function startUploads(uploads: object = {}, options: GatewayOptions = {}): Promise<Gateway> {
  const { config, ...others } = options
  return startGateway({ ...others, config: { ...config, uploads: { partBytes, ...uploads } } })
}

export function chunks(content: Buffer): Buffer[] {
  const count = Math.ceil(content.length / partBytes)
  return Array.from({ length: count }, (_, index) =>
    content.subarray(index * partBytes, (index + 1) * partBytes)
  )
}

export async function uploader(
  { http, rest }: Pick<Gateway, 'http' | 'rest'>,
  userID = 'ann',
  given?: string
): Promise<Uploader> {
  const token = given ?? (await rest.login(userID, 5))
  const post: Uploader['post'] = async (route, body, headers = {}) => {
    const response = await fetch(`${http}/object/${route}`, {
      method: 'POST',
      headers: { operationID: 'op', token, 'accept-language': 'en', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body)
    })
    if (response.status !== 200) throw new Error(`${route} was answered with ${response.status}`)
    return (await response.json()) as Envelope
  }
  const named = (name: string): string => `${userID}/${name}`
  const announce: Uploader['announce'] = (content, changes) => {
    const hash = md5(chunks(content).map(md5).join(','))
    const about = { cause: '', name: named('a.png'), contentType: 'image/png' }
    const body = { hash, size: content.length, partSize: partBytes, maxParts: -1, ...about, ...changes }
    return post('initiate_multipart_upload', body)
  }
  const begin: Uploader['begin'] = async (content, name = 'a.png') => {
    const { errMsg, data } = await announce(content, { name: named(name) })
    if (!data?.['upload']) throw new Error(`nothing was begun: ${errMsg}`)
    return data['upload'] as Upload
  }
  const put: Uploader['put'] = (url, content, headers = { 'content-type': 'image/png' }) =>
    fetch(url, { method: 'PUT', body: new Blob([new Uint8Array(content)]), headers })
  const send: Uploader['send'] = async ({ sign }, content) => {
    const parts = chunks(content)
    const answers = await Promise.all(
      sign.parts.map(({ url }, index) => put(url, parts[index] ?? Buffer.alloc(0)))
    )
    const bad = answers.find(({ ok }) => !ok)
    if (bad) throw new Error(`a part was answered with ${bad.status}: ${await bad.text()}`)
  }
  const complete: Uploader['complete'] = ({ uploadID }, content, changes) => {
    const parts = chunks(content).map(md5)
    const about = { cause: '', name: named('a.png'), contentType: 'image/png' }
    return post('complete_multipart_upload', { uploadID, parts, ...about, ...changes })
  }
  return {
    token,
    post,
    announce,
    begin,
    put,
    send,
    complete,
    async upload(content, name = 'a.png', contentType = 'image/png') {
      const upload = await begin(content, name)
      await send(upload, content)
      const { errMsg, data } = await complete(upload, content, { name: named(name), contentType })
      if (!data) throw new Error(`it was not completed: ${errMsg}`)
      return data['url'] as string
    }
  }
}
