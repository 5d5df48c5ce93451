import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import cache from '../../../src/plugins/cache/index.ts'
import fileRoutes from '../../../src/plugins/file-routes/index.ts'
import httpClient from '../../../src/plugins/http-client/index.ts'
import type { Http } from '../../../src/plugins/http-client/service.ts'
import type { Credentials, Person } from '../../../src/plugins/sessions/service.ts'
import { directoryWith } from '../../settings/files.ts'
import { CountingProvider, startRig, type Rig } from '../sessions/rig.ts'
import type { Files } from './rig.ts'

/** An upstream on this machine. `POST /login` is a login; everything else is answered by `script`. */
export interface Upstream extends AsyncDisposable {
  readonly url: string
  /** `METHOD path cookie` of every request but logins. */
  readonly seen: string[]
  readonly logins: string[]
  script: (request: IncomingMessage, response: ServerResponse) => void
  /** Resolves when there have been so many requests, logins not counted. */
  until(requests: number): Promise<void>
}

/** A gateway with cache, sessions and http-client, whose time stands still, over an upstream. */
export interface Portal extends AsyncDisposable, Pick<Rig, 'app' | 'clock' | 'login' | 'provider'> {
  readonly upstream: Upstream
  /** The answer in `ws3`. */
  get(url: string, token?: string, headers?: Readonly<Record<string, string>>): Promise<Ws3>
  /** The same with what stands in its headers. */
  headersOf(url: string, token?: string): Promise<Readonly<Record<string, unknown>>>
}

export interface Ws3 {
  readonly success: boolean
  readonly code: number
  readonly result?: unknown
  readonly reason?: string
}

/** People log in at the upstream, which gives them a cookie. */
class UpstreamProvider extends CountingProvider {
  url = ''

  override async verify(
    credentials: Credentials,
    context: { readonly http?: Http | undefined; readonly signal: AbortSignal }
  ): Promise<Person> {
    const person = await super.verify(credentials, context)
    await context.http?.post(`${this.url}/login`, { user: credentials.username })
    return person
  }
}

export interface PortalOptions {
  readonly settings?: object
  readonly plugins?: Readonly<Record<string, object>>
  readonly http?: object
  readonly logs?: string[]
}

export async function startPortal(files: Files, options: PortalOptions = {}): Promise<Portal> {
  const upstream = await startUpstream()
  const given = Object.entries(files).map(([name, text]) => [`routes/${name}`, text])
  const directory = directoryWith({ 'package.json': '{"type":"module"}', ...Object.fromEntries(given) })
  const provider = new UpstreamProvider()
  provider.url = upstream.url
  const rig = await startRig({
    provider,
    ...(options.logs && { logs: options.logs }),
    plugins: {
      cache: { use: cache },
      'http-client': { use: httpClient, internalHosts: ['127.0.0.1'], breakerFailures: 0, ...options.http },
      ...options.plugins,
      'file-routes': {
        use: fileRoutes,
        directory: join(directory.path, 'routes'),
        watch: false,
        values: { upstream: upstream.url },
        ...options.settings
      }
    }
  })
  const inject = (url: string, token?: string, headers = {}) =>
    rig.app.inject({ url, headers: { ...(token !== undefined && { token }), ...headers } })
  return {
    app: rig.app,
    clock: rig.clock,
    provider,
    upstream,
    login: (more, headers) => rig.login(more, headers),
    get: async (url, token, headers) => (await inject(url, token, headers)).json(),
    headersOf: async (url, token) => (await inject(url, token)).headers,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    }
  }
}

async function startUpstream(): Promise<Upstream> {
  const seen: string[] = []
  const logins: string[] = []
  const waiting: { requests: number; resolve: () => void }[] = []
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      if (url === '/login') {
        logins.push(body)
        response.setHeader('set-cookie', `who=${body.replace('user=', '')}`).end('welcome')
        return
      }
      seen.push([method, url, headers.cookie, body].filter(Boolean).join(' '))
      for (const { requests, resolve } of waiting) if (seen.length >= requests) resolve()
      upstream.script(request, response)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const upstream: Upstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    logins,
    script: (_, response) => json(response, { call: seen.length }),
    until: requests =>
      seen.length >= requests
        ? Promise.resolve()
        : new Promise(resolve => void waiting.push({ requests, resolve })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
  return upstream
}

/** Answers with a value. */
export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
