import type { FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import type { App } from '../../../core/index.ts'
import { ApiError } from '../../api-error/service.ts'
import { pieceBytes, type UploadSettings } from './config.ts'
import type { UploadCounters } from './counters.ts'
import { DownloadLimits } from './download-limits.ts'
import { UploadErrors } from './errors.ts'
import { entityTag, fileHeaders, isMatched } from './file-headers.ts'
import { rangeIn, type ByteRange } from './range.ts'
import { FileBody, FileParams } from './schemas.ts'
import type { StoredFile, UploadStore } from './upload-store.ts'
import { isOver, whenOver } from './when-over.ts'

export interface FileRouteParts {
  readonly settings: Pick<UploadSettings, 'maxDownloads' | 'maxDownloadsPerIp'>
  readonly store: Pick<UploadStore, 'file' | 'piece'>
  readonly counters: UploadCounters
}

/** Seconds after which a download that found no room may be tried again. */
const retryAfter = 2
const failures = [
  UploadErrors['im.file_not_found'],
  UploadErrors['im.file_range'],
  UploadErrors['im.downloads_busy']
]

/** `GET` and `HEAD /object/:id/:name`. */
export function addFileRoute(app: App, { settings, store, counters }: FileRouteParts): void {
  const limits = new DownloadLimits(settings)

  function send(
    file: StoredFile,
    { first, last }: ByteRange,
    request: FastifyRequest,
    reply: FastifyReply,
    ip: string
  ): FastifyReply {
    if (isOver(request, reply)) return reply.send('')
    const end = limits.begin(ip)
    if (!end) throw new ApiError(UploadErrors['im.downloads_busy'], { retryAfter })
    counters.downloads++
    whenOver(request, reply, end)
    const content = contentOf(store, file, { first, last }, sent => (counters.bytesSent += sent))
    return reply.send(Readable.from(content, { objectMode: false, highWaterMark: pieceBytes }))
  }

  const schema = {
    tags: ['im'],
    summary: 'A file',
    description:
      'Pictures but SVG, sounds and films are shown by browsers, everything else is saved. Single ranges can be had.',
    params: FileParams,
    response: FileBody
  }
  app.route({
    method: ['GET', 'HEAD'],
    url: '/object/:id/:name',
    schema,
    config: { access: 'public: whoever has the address, which cannot be guessed', raw: true, failures },
    handler: async (request, reply) => {
      // Without a proxy it is gone with the connection.
      const { ip } = request
      const file = await store.file(request.params.id)
      if (!file) throw new ApiError(UploadErrors['im.file_not_found'])
      const { bytes } = file
      if (isMatched(request.headers['if-none-match'], file.id))
        return reply.code(304).headers(fileHeaders(file)).send(null)
      const range = rangeOf(request, file)
      if (range === 'unsatisfiable')
        throw new ApiError(UploadErrors['im.file_range'], {
          headers: { 'content-range': `bytes */${bytes}` }
        })
      const { first, last } = range ?? { first: 0, last: bytes - 1 }
      reply.headers(fileHeaders(file)).header('content-length', last - first + 1)
      if (range) reply.code(206).header('content-range', `bytes ${first}-${last}/${bytes}`)
      if (request.method === 'HEAD' || bytes === 0) return reply.send('')
      return send(file, { first, last }, request, reply, ip)
    }
  })
}

/** A range counts only of the file that the caller has a part of, and only for GET (RFC 9110 §13.1.5, §14.2). */
function rangeOf({ method, headers }: FastifyRequest, { id, bytes }: StoredFile): ReturnType<typeof rangeIn> {
  const ifRange = headers['if-range']
  if (method !== 'GET' || (ifRange !== undefined && ifRange !== entityTag(id))) return undefined
  return rangeIn(headers.range, bytes)
}

/** Reads a piece when the one before has been taken. */
async function* contentOf(
  store: FileRouteParts['store'],
  { uploadID }: StoredFile,
  { first, last }: ByteRange,
  sent: (bytes: number) => void
): AsyncGenerator<Uint8Array> {
  for (let piece = Math.floor(first / pieceBytes); piece * pieceBytes <= last; piece++) {
    const start = piece * pieceBytes
    // eslint-disable-next-line no-await-in-loop
    const content = await store.piece(uploadID, piece)
    const wanted = content.subarray(Math.max(0, first - start), last + 1 - start)
    sent(wanted.length)
    yield wanted
  }
}
