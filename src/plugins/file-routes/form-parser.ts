import type { FastifyRequest } from 'fastify'
import { parse } from 'node:querystring'
import type { App } from '../../core/index.ts'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'

const form = 'application/x-www-form-urlencoded'

/** Whether the body of a request is a form: text, whatever its fields stand for. */
export function isForm({ mediaType }: Pick<FastifyRequest, 'mediaType'>): boolean {
  return mediaType === form
}

/**
 * Lets the routes of `app` take forms, unless the gateway does so already. A field that comes more than once is a list.
 * @param maxFields fields beyond which a form is refused before it is read
 */
export function takeForms(app: App, maxFields: number): void {
  if (app.hasContentTypeParser(form)) return
  app.addContentTypeParser(form, { parseAs: 'string' }, (_, body, done) => {
    const text = body.toString()
    if (text.split('&', maxFields + 1).length > maxFields) done(tooManyParameters(maxFields))
    else done(null, parse(text, '&', '=', { maxKeys: 0 }))
  })
}

/** The refusal of a request with too many of them. */
export function tooManyParameters(most: number): ApiError {
  return new ApiError(CommonErrors['param.invalid'], { detail: `there are at most ${most} parameters` })
}
