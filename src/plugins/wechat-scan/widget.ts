import type { FastifyReply, FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { App } from '../../core/index.ts'

/** In the order in which each finds what it imports. */
const parts = ['texts', 'styles', 'login', 'element']

/** The script of `<paifang-scan>`: a module that imports nothing. */
export function widgetScript(): string {
  // Modules that import only each other, with names of their own, are one module without these words.
  const joined = parts.map(name => browserFile(`${name}.js`)).join('\n')
  return joined.replace(/^import .*\n/gm, '').replace(/^export /gm, '')
}

/** A file of the folder `browser`, which stands beside this one in the sources and in the package. */
export function browserFile(name: string): string {
  return readFileSync(join(import.meta.dirname, 'browser', name), 'utf8')
}

/**
 * Serves the widget at `GET /v1/scan/widget.js`. Other sites may load it only when some may start logins here: a module
 * of another origin has to be offered by it.
 * @param settings `origins`: of pages that may start logins here
 */
export function addWidget(app: App, { origins }: { readonly origins: readonly string[] }): void {
  const headers = {
    'cross-origin-resource-policy': origins.length > 0 ? 'cross-origin' : 'same-origin',
    ...(origins.length > 0 && { 'access-control-allow-origin': '*' })
  }
  app.get(
    '/v1/scan/widget.js',
    { config: { raw: true, access: 'public' } },
    staticText(widgetScript(), 'text/javascript', headers)
  )
}

/** Answers with a text that does not change while the process lives, or with 304 to whoever has it. */
export function staticText(
  text: string,
  type: string,
  headers: Readonly<Record<string, string>> = {}
): (request: FastifyRequest, reply: FastifyReply) => unknown {
  const packed = gzipSync(text)
  const etag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
  return (request, reply) => {
    void reply.headers({
      ...headers,
      'cache-control': 'public, max-age=300',
      etag,
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff'
    })
    if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send()
    void reply.type(`${type}; charset=utf-8`)
    const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(request.headers['accept-encoding'] ?? '')
    return takesGzip ? reply.header('content-encoding', 'gzip').send(packed) : text
  }
}
