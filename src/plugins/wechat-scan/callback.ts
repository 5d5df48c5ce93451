import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { App, Clock } from '../../core/index.ts'
import { ApiError, Errors } from '../api-error/service.ts'
import type { State } from '../state/service.ts'
import type { ScanAccount } from './account.ts'
import type { RawPush } from './forward.ts'
import type { MessageListeners } from './messages.ts'
import { callbackAccount, checkBeforeBody, checkSignature, type CallbackAccount } from './opened-push.ts'
import { isFresh, readQuery, type PushQuery } from './push-query.ts'
import { pushReceiver } from './push-receiver.ts'
import { xmlReader } from './push-xml.ts'
import type { ScanSink } from './push.ts'
import { Refusal, refusalLog } from './refusal.ts'
import { typeOf } from './replies.ts'
import { ReplayGuard } from './replay-guard.ts'

/** What the callback works with. */
export interface CallbackParts {
  readonly accounts: readonly ScanAccount[]
  readonly sink: ScanSink
  readonly messages: MessageListeners
  readonly state: State
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly settings: { readonly freshnessS: number; readonly forwardUrl: string }
  /** Default: Node's own. */
  readonly fetch?: typeof fetch
}

/** A real push has a few hundred bytes, in compatible mode three times as many. */
const maxBytes = 32_768
/** What the service that this one replaces answers. */
const illegal = '非法请求!'
const plainText = 'text/plain; charset=utf-8'

/** Where a request keeps what was found before its body is read. */
const checked = Symbol('checked')

/** A request whose query is right as far as it can be told without the body. */
interface Checked {
  readonly account: CallbackAccount
  readonly query: PushQuery
}

/**
 * Adds `GET` and `POST /wechat_event`, and `/wechat_event/:account`, in a context of their own. What can be checked
 * without the body is checked before it is read.
 * @throws {TypeError} for a text that is no EncodingAESKey
 */
export function addCallback(app: App, parts: CallbackParts): void {
  const { clock, log, state, settings } = parts
  const accounts = new Map(parts.accounts.map(account => [account.name, callbackAccount(account)]))
  const replays = new ReplayGuard(state, clock, settings.freshnessS)
  const note = refusalLog(log, clock)

  const check = (request: FastifyRequest): Checked => {
    const account = accounts.get(accountName(request))
    if (!account) throw new ApiError(Errors['resource.not_found'], { detail: 'no account has this name' })
    const query = checkQuery(request, account)
    if (!isFresh(query.timestamp, clock.now(), settings.freshnessS)) throw new Refusal('stale')
    return { account, query }
  }

  app.register(async callback => {
    const receive = pushReceiver({ ...parts, replays, readXml: await xmlReader() })
    callback.removeAllContentTypeParsers()
    callback.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBytes }, (_, body, done) =>
      done(null, body)
    )
    callback.setErrorHandler((error, request, reply) => {
      if (!(error instanceof Refusal)) throw error
      note(accountName(request), error)
      return reply.code(400).type(plainText).send(illegal)
    })
    callback.decorateRequest(checked)
    callback.addHook('onRequest', async request => request.setDecorator(checked, check(request)))

    const options = { config: { raw: true, access: 'a signature of WeChat' } }
    for (const url of ['/wechat_event', '/wechat_event/:account']) {
      callback.get(url, options, async (request, reply) => {
        const echo = await echoOf(request.getDecorator<Checked>(checked), replays)
        return reply.type(plainText).header('x-content-type-options', 'nosniff').send(echo)
      })
      callback.post(url, options, async (request, reply) => {
        const { account, query } = request.getDecorator<Checked>(checked)
        const answer = await receive(account, query, rawPush(request))
        return reply.type(typeOf(answer)).send(answer)
      })
    }
  })
}

function accountName({ params }: FastifyRequest): string {
  return (params as { readonly account?: string }).account ?? 'default'
}

async function echoOf({ account, query }: Checked, replays: ReplayGuard): Promise<string> {
  const { echostr, signature, timestamp } = query
  if (echostr === undefined || signature === undefined) throw new Refusal('query')
  // In plain mode what was signed here would otherwise sign a push, too.
  if (account.mode === 'plain')
    await replays.claim({ account: account.name, timestamp }, signature, 'url check').catch(() => false)
  return echostr
}

function checkQuery(request: FastifyRequest, account: CallbackAccount): PushQuery {
  const query = readQuery(request.query)
  if (!query) throw new Refusal('query')
  if (request.method === 'POST') checkBeforeBody(account, query)
  else checkSignature(account.token, query)
  return query
}

function rawPush({ url, headers, body }: FastifyRequest): RawPush {
  const from = url.indexOf('?') + 1
  return {
    query: from === 0 ? '' : url.slice(from),
    contentType: headers['content-type'] ?? 'text/xml',
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  }
}
