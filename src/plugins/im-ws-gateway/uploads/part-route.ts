import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App, Clock } from '../../../core/index.ts'
import { ApiError, Errors as CommonErrors } from '../../api-error/service.ts'
import type { MinuteLimits } from '../../state/service.ts'
import { take } from './callers.ts'
import type { UploadSettings } from './config.ts'
import type { UploadCounters } from './counters.ts'
import { UploadErrors } from './errors.ts'
import type { PartAddresses, PartTicket } from './part-address.ts'
import { PartSlots } from './part-slots.ts'
import { PartBody, PartParams, PartQuery } from './schemas.ts'
import type { UploadStore } from './upload-store.ts'
import { whenOver } from './when-over.ts'

export interface PartRouteParts {
  readonly settings: Pick<UploadSettings, 'partBytes' | 'partsPerMinutePerUser' | 'maxPartsAtOnce'>
  readonly store: Pick<UploadStore, 'receive'>
  readonly addresses: PartAddresses
  readonly limits: MinuteLimits
  readonly counters: UploadCounters
  readonly clock: Clock
}

const failures = [
  UploadErrors['im.part_address'],
  UploadErrors['im.part_size'],
  UploadErrors['im.upload_not_found'],
  CommonErrors['rate.limited']
]

/** `PUT /object/parts/:uploadID/:part`, in its own context, since a part has whatever Content-Type the file has. */
export function addPartRoute(app: App, parts: PartRouteParts): void {
  const { settings, store, limits, counters, clock } = parts
  const slots = new PartSlots(settings.maxPartsAtOnce)
  const tickets = new WeakMap<FastifyRequest, PartTicket>()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  const onRequest = async (request: FastifyRequest): Promise<void> => {
    const ticket = ticketOf(request, parts)
    const length = request.headers['content-length']
    if (length !== undefined && Number(length) !== ticket.bytes)
      throw new ApiError(UploadErrors['im.part_size'], { detail: `it has ${ticket.bytes} bytes` })
    await take(limits, `upload-part:${ticket.owner}`, settings.partsPerMinutePerUser)
    tickets.set(request, ticket)
  }

  /** Waits for its turn before any of the part is in memory. */
  const preParsing = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const release = await slots.acquire(tickets.get(request)?.owner ?? '')
    whenOver(request, reply, release)
  }

  const schema = {
    tags: ['im'],
    summary: 'Send a part of a file',
    description: 'To the address that `POST /object/initiate_multipart_upload` has answered with, as it is.',
    params: PartParams,
    querystring: PartQuery,
    body: PartBody,
    response: { 204: Type.Null({ description: 'It is kept. `ETag` is its MD5.' }) }
  }
  const options = {
    schema,
    config: { access: 'a signature in the address', failures },
    bodyLimit: settings.partBytes,
    onRequest,
    preParsing,
    // The signature says more than a schema could.
    validatorCompiler: () => () => true
  }
  app.put('/object/parts/:uploadID/:part', options, async (request, reply) => {
    const ticket = tickets.get(request)
    const content: unknown = request.body
    if (!ticket || !Buffer.isBuffer(content) || content.length !== ticket.bytes)
      throw new ApiError(UploadErrors['im.part_size'])
    const md5 = await store.receive(ticket, content, clock.now())
    counters.partsReceived++
    counters.bytesReceived += content.length
    return reply.code(204).header('etag', `"${md5}"`).send(null)
  })
}

/** @throws {ApiError} `im.part_address` */
function ticketOf({ params, raw }: FastifyRequest, { addresses, clock }: PartRouteParts): PartTicket {
  const { uploadID, part } = params as { readonly uploadID: string; readonly part: string }
  const [, query = ''] = (raw.url ?? '').split('?', 2)
  const ticket = addresses.read({ uploadID, part, query }, clock.now())
  if (!ticket) throw new ApiError(UploadErrors['im.part_address'])
  return ticket
}
