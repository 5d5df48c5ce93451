import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { App, Clock } from '../../../core/index.ts'
import { ApiError, Errors as CommonErrors, type ApiErrors } from '../../api-error/service.ts'
import { baseAddress } from './base-address.ts'
import { ownerDigest, type Callers } from './callers.ts'
import { pieceBytes, type UploadSettings } from './config.ts'
import type { UploadCounters } from './counters.ts'
import { UploadErrors } from './errors.ts'
import { addressedName, contentTypeIn, fileNameIn } from './file-name.ts'
import type { PartAddresses } from './part-address.ts'
import { BeginBody, Begun, Completed, completeBody, PartSize, PartSizeBody } from './schemas.ts'
import { partCount, type StoredFile, type UploadStore } from './upload-store.ts'

export interface UploadRoutesParts {
  readonly settings: UploadSettings
  readonly store: UploadStore
  readonly callers: Callers
  readonly addresses: PartAddresses
  readonly counters: UploadCounters
  readonly clock: Clock
  readonly errors: ApiErrors
}

const tags = ['im']
/** Bytes of a body beside the hashes of parts, and of such a hash. */
const [fixedBytes, hashBytes] = [8_192, 40]
const ofTokens = [
  CommonErrors['auth.token_expired'],
  CommonErrors['auth.token_invalid'],
  UploadErrors['im.token_malformed'],
  UploadErrors['im.token_early'],
  UploadErrors['im.token_unchecked'],
  UploadErrors['im.token_kicked'],
  CommonErrors['rate.limited']
]
const ofNames = [
  CommonErrors['auth.forbidden'],
  UploadErrors['im.storage_full'],
  UploadErrors['im.uploads_full']
]

/** What 3.5.2 clients ask before and after they send a file, in the form of OpenIM's REST API. */
export function addUploadRoutes(app: App, parts: UploadRoutesParts): void {
  void app.register(async (child: FastifyInstance) => {
    const routes = child.withTypeProvider<TypeBoxTypeProvider>()
    parts.errors.dialectFor(routes, 'openim')
    // Clients send JSON as text/plain, which `fetch` makes of a string.
    routes.removeAllContentTypeParsers()
    const parse = routes.getDefaultJsonParser('error', 'error')
    routes.addContentTypeParser(['application/json', 'text/plain'], { parseAs: 'string' }, parse)
    routes.addHook('onRequest', parts.callers.admit)
    routes.addHook('onRoute', route => {
      route.config = { ...route.config, access: 'a token of a user, in the header `token`' }
      route.bodyLimit ??= fixedBytes
    })
    addPartSize(routes, parts)
    addBegin(routes, parts)
    addComplete(routes, parts)
  })
}

function addPartSize(app: App, { settings }: UploadRoutesParts): void {
  const config = { failures: [...ofTokens, UploadErrors['im.file_too_large']] }
  const schema = {
    tags,
    summary: 'How long the parts of a file are',
    body: PartSizeBody,
    response: { 200: PartSize }
  }
  app.post('/object/part_size', { config, schema }, async ({ body }) => {
    assertSize(body.size, settings.maxBytes)
    return { size: settings.partBytes }
  })
}

function addBegin(app: App, parts: UploadRoutesParts): void {
  const { settings, store, callers, addresses, counters, clock } = parts
  const config = { failures: [...ofTokens, ...ofNames, UploadErrors['im.file_too_large']] }
  const schema = {
    tags,
    summary: 'Begin an upload',
    description: 'Answers with the address of the file where the user has sent the same content before.',
    body: BeginBody,
    response: { 200: Begun }
  }
  app.post('/object/initiate_multipart_upload', { config, schema }, async request => {
    const { hash, size: bytes, partSize, name, contentType = '' } = request.body
    const [userID, base] = [callers.of(request), baseAddress(settings.publicUrl, request)]
    assertSize(bytes, settings.maxBytes)
    const { partBytes } = settings
    if (partSize !== partBytes)
      throw new ApiError(CommonErrors['param.invalid'], { detail: `partSize is ${partBytes}` })
    const file = { name: fileNameIn(name, userID), contentType: contentTypeIn(contentType) }
    const begun = await store.begin({ userID, hash, bytes, ...file }, clock.now())
    if ('file' in begun) {
      counters.reused++
      return { url: fileAddress(base, begun.file), upload: null }
    }
    counters.begun++
    const { uploadID, expiresAt } = begun
    const owner = ownerDigest(userID)
    const signed = Array.from({ length: partCount(bytes, partBytes) }, (_, index) => {
      const length = Math.min(partBytes, bytes - index * partBytes)
      const ticket = { uploadID, owner, part: index + 1, bytes: length, expiresAt }
      return { partNumber: index + 1, url: `${base}${addresses.write(ticket)}`, query: [], header: [] }
    })
    const sign = { url: '', query: [], header: [], parts: signed }
    return { url: '', upload: { uploadID, partSize: partBytes, sign, expireTime: expiresAt } }
  })
}

function addComplete(app: App, { settings, store, callers, counters, clock }: UploadRoutesParts): void {
  const maxParts = partCount(settings.maxBytes, 4 * pieceBytes)
  const failures = [
    UploadErrors['im.upload_not_found'],
    UploadErrors['im.file_incomplete'],
    UploadErrors['im.file_differs']
  ]
  const config = { failures: [...ofTokens, ...ofNames, ...failures] }
  const schema = {
    tags,
    summary: 'Complete an upload',
    description: 'Once all parts are there. It may be asked again, and answers the same.',
    body: completeBody(maxParts),
    response: { 200: Completed }
  }
  const bodyLimit = fixedBytes + maxParts * hashBytes
  app.post('/object/complete_multipart_upload', { config, schema, bodyLimit }, async request => {
    const { uploadID, parts, name, contentType = '' } = request.body
    const [userID, base] = [callers.of(request), baseAddress(settings.publicUrl, request)]
    const file = { name: fileNameIn(name, userID), contentType: contentTypeIn(contentType) }
    const completed = await store.complete({ userID, uploadID, parts, ...file }, clock.now())
    counters.completed++
    return { url: fileAddress(base, completed) }
  })
}

/** @throws {ApiError} `im.file_too_large` */
function assertSize(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new ApiError(UploadErrors['im.file_too_large'], { params: { maxBytes } })
}

function fileAddress(base: string, { id, name }: Pick<StoredFile, 'id' | 'name'>): string {
  return `${base}/object/${id}/${addressedName(name)}`
}
