import { isUtf8 } from 'node:buffer'
import { errorCodes, type FastifyRequest } from 'fastify'
import type { App } from '../../core/index.ts'

/**
 * Parses the JSON bodies of the routes of `app` as ever, and remembers how they were written. What is not UTF-8 is
 * refused: Fastify would put U+FFFD in its place, and that would be signed.
 * @returns the text of a request's body, which must have been JSON
 */
export function keepJsonText(app: App): (request: FastifyRequest) => string {
  const texts = new WeakMap<FastifyRequest, string>()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (!isUtf8(body)) return done(new errorCodes.FST_ERR_CTP_INVALID_JSON_BODY())
    const text = body.toString()
    texts.set(request, text)
    void parse(request, text, done)
  })
  return request => texts.get(request)!
}
