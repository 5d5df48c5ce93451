import type { FastifyRequest } from 'fastify'
import { parse } from 'node:querystring'
import type { App } from './plugin.ts'

const type = 'application/x-www-form-urlencoded'

/** How many fields a form may have. */
export interface FormLimit {
  readonly maxFields: number
  /** What a form with more is refused with. */
  readonly refusal: () => Error
}

/**
 * Lets the routes of `app` take forms. A field that comes twice becomes a list, which no schema of a text takes.
 * @param limit what is counted before anything is read. Default: only the size of the body is limited
 */
export function allowForms(app: App, limit?: FormLimit): void {
  if (app.hasContentTypeParser(type)) return
  app.addContentTypeParser(type, { parseAs: 'string' }, (_, body, done) => {
    const text = body.toString()
    if (limit && text.split('&', limit.maxFields + 1).length > limit.maxFields) done(limit.refusal())
    else done(null, parse(text, '&', '=', { maxKeys: 0 }))
  })
}

/** Whether the body of a request is a form: text, whatever its fields stand for. */
export function isForm({ mediaType }: Pick<FastifyRequest, 'mediaType'>): boolean {
  return mediaType === type
}
