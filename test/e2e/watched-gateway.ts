import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startReceiver } from '../plugins/sign-bridge/receiver.ts'
import { run } from './program.ts'

/** Bytes that came out of a gateway, and where. */
export interface Place {
  readonly place: string
  readonly bytes: Buffer
}

export interface Told {
  readonly status: number
  readonly body: string
}

/** A gateway at its most verbose, of which everything is kept that it says or writes. */
export interface WatchedGateway extends AsyncDisposable {
  /** Of the gateway, and of its admin listener. */
  readonly url: string
  readonly admin: string
  /** Asks for something by GET, or by POST where there is a body. */
  readonly ask: (address: string, body?: string, headers?: Record<string, string>) => Promise<Told>
  /** Ends it; returns its log, its answers, what its webhook got, and every file, as it was at work and afterwards. */
  everything(): Promise<readonly [log: Place, ...Place[]]>
}

/** `config`: of which `{webhook}` is replaced by the URL of a receiver. */
export async function watchGateway(config: string, env: Record<string, string>): Promise<WatchedGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'paifang-watched-'))
  const receiver = await startReceiver()
  writeFileSync(join(folder, 'paifang.config.yaml'), config.replace('{webhook}', receiver.url))
  const gateway = run('server.js', [], { env: { PORT: '0', LOG_LEVEL: 'trace', ...env }, cwd: folder })
  const [, url = ''] = await gateway.until(/Listening on (\S+)/)
  const [, admin = ''] = await gateway.until(/"url":"(\S+?)","msg":"admin listener"/)
  const answers: Place[] = []
  const files = (): Place[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map(name => ({ place: name, path: join(folder, name) }))
      .filter(({ path }) => statSync(path).isFile())
      .map(({ place, path }) => ({ place, bytes: readFileSync(path) }))
  return {
    url,
    admin,
    async ask(address, body, headers = {}) {
      const response = await fetch(address, { headers, ...(body !== undefined && { method: 'POST', body }) })
      const answer = { status: response.status, body: await response.text() }
      const bytes = Buffer.from(JSON.stringify([[...response.headers], answer]))
      answers.push(
        { place: `an answer of ${address}`, bytes },
        { place: address, bytes: Buffer.from(answer.body) }
      )
      return answer
    },
    async everything() {
      const atWork = files()
      gateway.child.kill('SIGTERM')
      const code = await gateway.ended
      if (code !== 0) throw new Error(`The gateway ended with ${code}`)
      const posted = receiver.received.map(({ headers, body }) => ({
        place: 'the webhook',
        bytes: Buffer.from(JSON.stringify(headers) + body)
      }))
      const log = { place: 'the log', bytes: Buffer.from(gateway.output()) }
      return [log, ...answers, ...posted, ...atWork, ...files()]
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await receiver[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    }
  }
}
