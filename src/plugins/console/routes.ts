import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { pagePolicy, type App } from '../../core/index.ts'
import type { Feed } from './feed.ts'
import { consolePage } from './page.ts'
import type { Snapshot } from './snapshot.ts'
import { consoleStyle } from './style.ts'
import type { Surroundings } from './surroundings.ts'

/** What the routes show. */
export interface ConsoleParts {
  readonly feed: Feed
  readonly take: () => Promise<Snapshot>
  readonly lookAround: () => Surroundings
}

/** Where the routes are. */
export interface ConsolePlace {
  /** Path of the page below the prefix of `app`; empty: the prefix itself. */
  readonly page: string
  /** Path of the files and the stream below it. */
  readonly files: string
  /** Prefix of `app`. */
  readonly prefix: string
  /** Before the paths of the gateway: empty where they are beside the page; `undefined`: nobody knows yet. */
  readonly origin: () => string | undefined
}

const query = Type.Object({ lang: Type.Optional(Type.Enum(['zh', 'en'])) })

/** Adds the page, its files, and the stream that keeps it up to date. */
export function addConsole(app: App, { feed, take, lookAround }: ConsoleParts, place: ConsolePlace): void {
  const { page, files, prefix } = place
  const route = { config: { raw: true, access: 'public to this machine, in development' } }
  const hidden = { ...route, logLevel: 'silent', schema: { hide: true } } as const
  app.get(page, { ...route, schema: { hide: true, querystring: query } }, async (request, reply) => {
    const wanted = /^zh\b/i.test(request.headers['accept-language'] ?? '') ? 'zh' : 'en'
    const origin = place.origin()
    const language = request.query.lang ?? wanted
    const text = consolePage(language, { base: prefix + files, origin }, await take(), lookAround())
    return send(reply, 'text/html', text, origin)
  })
  const file = (name: string, type: string, text: string): void => {
    app.get(`${files}/${name}`, hidden, (_, reply) => send(reply, type, text))
  }
  file('console.css', 'text/css', consoleStyle)
  file('console.js', 'text/javascript', browserFile('console.js'))
  app.get(`${files}/events`, { ...hidden, exposeHeadRoute: false }, (request, reply) =>
    feed.open(request, reply)
  )
}

function send(reply: FastifyReply, type: string, text: string, origin = ''): FastifyReply {
  const headers = {
    'content-security-policy': pagePolicy(`'self' ${origin}`.trimEnd()),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
    vary: 'accept-language'
  }
  return reply.headers(headers).type(`${type}; charset=utf-8`).send(text)
}

function browserFile(name: string): string {
  return readFileSync(join(import.meta.dirname, 'browser', name), 'utf8')
}
