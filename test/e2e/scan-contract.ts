import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { ServerResponse } from 'node:http'
import { qrSvg } from '../../src/plugins/wechat-scan/qr-svg.ts'
import { addWidget } from '../../src/plugins/wechat-scan/widget.ts'

/** A gateway that does what a test says: the contract of scan login between pages and servers, and nothing behind it. */
export interface Contract extends AsyncDisposable {
  readonly url: string
  /** What was asked: `POST /v1/scan {}`. */
  readonly requests: string[]
  /** What the stream says first, and `status` too: changed by {@link Contract.say}. */
  snapshot: { state: string; [member: string]: unknown }
  /** Says it to all open streams. */
  say(type: string, data?: object): void
  /** Ends all open streams. */
  hangUp(): void
  /** Resolves once so many streams are open. */
  streams(count: number): Promise<void>
  /** Answers of a path instead of the usual one. */
  readonly instead: Map<string, (request: FastifyRequest, reply: FastifyReply) => unknown>
  readonly code: string
}

const strict = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'"
].join('; ')

/** What tests ask of a page. */
const pageScript = `
  const heard = [], violations = []
  for (const type of ['ready', 'scanned', 'success', 'expired', 'cancelled', 'error'])
    addEventListener('scan-' + type, ({ detail }) => heard.push([type, detail]))
  addEventListener('securitypolicyviolation', event => violations.push(event.violatedDirective))
  const element = () => document.querySelector('paifang-scan')
  const part = name => element().shadowRoot.querySelector('[part=' + name + ']')

  function look(hidden) {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }

  /** The picture of the code as 240 x 240 digits: 1 is dark. */
  async function picture() {
    await part('code').decode()
    const context = new OffscreenCanvas(240, 240).getContext('2d')
    context.drawImage(part('code'), 0, 0, 240, 240)
    const { data } = context.getImageData(0, 0, 240, 240)
    return Array.from({ length: 240 * 240 }, (_, at) => (data[at * 4] < 128 ? 1 : 0)).join('')
  }
`

/** Starts it. `GET /?<attributes>` is a page with the element, under the strictest policy that it can do with. */
export async function startContract(
  options: { readonly origins?: readonly string[] } = {}
): Promise<Contract> {
  const app = Fastify({ forceCloseConnections: true })
  const open = new Set<ServerResponse>()
  const changed = new EventTarget()
  let number = 1
  const code = (): string => `http://weixin.qq.com/q/02Code${number}`
  const ready = (): Contract['snapshot'] => ({
    state: 'ready',
    url: code(),
    expiresAt: Date.now() + 120_000,
    expiresInMs: 120_000,
    refreshesLeft: 3
  })
  const paths = { svg: '/v1/scan/qr.svg', stream: '/v1/scan/stream', poll: '/v1/scan/status' }
  const frame = (type: string, data: object): string => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
  const contract: Contract = {
    url: '',
    requests: [],
    snapshot: ready(),
    instead: new Map(),
    get code() {
      return code()
    },
    say(type, data = {}) {
      contract.snapshot = { state: type, ...data }
      for (const response of open) response.write(frame(type, data))
    },
    hangUp() {
      for (const response of open) response.end()
    },
    async streams(count) {
      while (open.size !== count) await once(changed, 'change')
    },
    [Symbol.asyncDispose]: () => app.close()
  }

  app.addHook('preHandler', (request, reply, done) => {
    const body = request.body === undefined ? '' : ` ${JSON.stringify(request.body)}`
    const url = request.url.replace(/(qr\.svg).*/, '$1')
    contract.requests.push(`${request.method} ${url}${body}`)
    if (options.origins?.includes(request.headers.origin ?? '')) {
      void reply.header('access-control-allow-origin', request.headers.origin)
      void reply.header('access-control-allow-credentials', 'true')
      void reply.header('access-control-allow-headers', 'content-type')
    }
    const answer = contract.instead.get(`${request.method} ${request.url.split('?')[0]}`)
    if (answer) answer(request, reply)
    else done()
  })
  app.options('/v1/scan', () => '')
  app.post('/v1/scan', (request, reply) => {
    const { crossSite } = request.body as { crossSite?: boolean }
    contract.snapshot = ready()
    return reply.code(201).send({ ...contract.snapshot, ...paths, ...(crossSite && { ticket: 'one-time' }) })
  })
  app.post('/v1/scan/refresh', () => {
    number++
    contract.snapshot = ready()
    return { ...contract.snapshot, ...paths }
  })
  app.get('/v1/scan/status', () => contract.snapshot)
  app.get('/v1/scan/stream', (_request, reply) => {
    const { state, ...data } = contract.snapshot
    const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream' }
    reply.hijack().raw.writeHead(200, headers as Record<string, string>)
    reply.raw.write(`retry: 20\n\n${frame(state, data)}`)
    open.add(reply.raw)
    changed.dispatchEvent(new Event('change'))
    reply.raw.once('close', () => {
      open.delete(reply.raw)
      changed.dispatchEvent(new Event('change'))
    })
  })
  app.get('/v1/scan/qr.svg', (_request, reply) => reply.type('image/svg+xml').send(qrSvg(code())))
  app.post('/v1/scan/exchange', () => ({ openid: 'oBob', event: 'SCAN' }))
  app.get('/', (request, reply) => {
    const attributes = decodeURIComponent(request.url.split('?')[1] ?? '')
    return reply.type('text/html').header('content-security-policy', strict)
      .send(`<!doctype html><title>x</title>
      <link rel="icon" href="/v1/scan/qr.svg"><link rel="stylesheet" href="/page.css">
      <script src="/page.js"></script><script type="module" src="/v1/scan/widget.js"></script>
      <paifang-scan ${attributes}></paifang-scan>`)
  })
  app.get('/page.css', (_request, reply) =>
    reply.type('text/css').send(':root { color-scheme: light dark; color: CanvasText; background: Canvas }')
  )
  app.get('/page.js', (_request, reply) => reply.type('text/javascript').send(pageScript))
  addWidget(app, { origins: options.origins ?? [] })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return Object.assign(contract, { url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` })
}
