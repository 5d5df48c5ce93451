import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { pagePolicy, type App } from '../../../core/index.ts'
import type { ImSettings } from '../config.ts'
import type { BackOffice } from '../embedded/contracts.ts'
import type { TokenIssuer } from '../tokens/tokens.ts'
import { clientScript } from './client-script.ts'
import { chatPage, missingPage } from './page.ts'
import { people, webPlatform, type DemoLogin } from './people.ts'
import { chatStyle } from './style.ts'
import type { DemoLanguage } from './texts.ts'

/** What the demonstration stands on. */
export interface DemoParts {
  readonly issuer: Pick<TokenIssuer, 'issue'>
  readonly backOffice: Pick<BackOffice, 'registerUser'>
  readonly settings: Pick<ImSettings, 'path'>
  /** Whether pictures can be sent. */
  readonly hasFiles: boolean
  /** From where on up the package of the client is looked for; default: this file. */
  readonly clientFrom?: string
}

/** The modules of the page, beside that of the client. */
const modules = ['chat', 'pane', 'account', 'open-conversation', 'conversation-list', 'message-list', 'page']

const headers = {
  // Pictures that are sent come from the gateway.
  'content-security-policy': pagePolicy("'none'", "'self'"),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store'
}

const query = Type.Object({ lang: Type.Optional(Type.Enum(['zh', 'en'])) })

/**
 * Serves a page with two users side by side at `GET /demo/chat`, and logs whoever opens it in as both of them. For
 * trying things out, never in production.
 */
export function addDemo(app: App, parts: DemoParts): void {
  const { settings, hasFiles, clientFrom = import.meta.filename } = parts
  const client = clientScript(clientFrom)
  const raw = { config: { raw: true, access: 'public: demonstration only' } }
  app.get('/demo/chat', { ...raw, schema: { querystring: query, hide: true } }, (request, reply) => {
    const wanted = /^zh\b/i.test(request.headers['accept-language'] ?? '') ? 'zh' : 'en'
    const language: DemoLanguage = request.query.lang ?? wanted
    if (client === undefined) return send(reply.code(501), 'text/html', missingPage(language))
    return send(reply, 'text/html', chatPage(language, { path: settings.path, hasFiles }))
  })
  const file = (name: string, type: string, text: string): void => {
    app.get(`/demo/chat/${name}`, raw, (_, reply) => send(reply, type, text))
  }
  file('chat.css', 'text/css', chatStyle)
  if (client === undefined) return
  file('open-im-sdk.js', 'text/javascript', client)
  for (const name of modules) file(`${name}.js`, 'text/javascript', browserFile(`${name}.js`))
  app.post('/demo/chat/session', { ...raw, bodyLimit: 1_024 }, async (_, reply) => {
    void reply.headers(headers)
    return { users: await Promise.all(people.map(person => logIn(parts, person))) }
  })
}

async function logIn(
  { issuer, backOffice }: DemoParts,
  person: Omit<DemoLogin, 'token'>
): Promise<DemoLogin> {
  await backOffice.registerUser(person)
  const { token } = await issuer.issue(person.userID, webPlatform)
  return { ...person, token }
}

function send(reply: FastifyReply, type: string, text: string): FastifyReply {
  return reply.headers(headers).type(`${type}; charset=utf-8`).send(text)
}

function browserFile(name: string): string {
  return readFileSync(join(import.meta.dirname, 'browser', name), 'utf8')
}
