import type { Clock } from '../../core/index.ts'
import { jsonIn, shownAnswer } from './answer-text.ts'
import { completionsOf } from './completion.ts'
import { helpText } from './help.ts'
import { LineError } from './line-error.ts'
import { readLine, type ReplLine } from './line.ts'
import { requestOf } from './request.ts'
import { remoteTarget, type ReplAnswer, type Target } from './target.ts'
import type { Values } from './values.ts'

/** What a session is made of. */
export interface SessionOptions {
  /** Starts the gateway in this process, when it is first needed. */
  readonly local: () => Promise<Target>
  readonly print: (text: string) => void
  readonly colours: boolean
  readonly clock: Clock
  /** Milliseconds that an answer may take. */
  readonly timeoutMs: number
}

/** Who requests are made as. */
interface Login {
  readonly token: string
  /** `undefined`: the token was given, not asked for. */
  readonly cardnum?: string
}

interface Timed {
  readonly answer: ReplAnswer
  readonly ms: number
}

type LoginLine = Extract<ReplLine, { kind: 'login' }>

/** Lines of one user, one after the other. What they log in with stays with the gateway that it is for, and in memory. */
export class ReplSession {
  readonly #options: SessionOptions
  readonly #logins = new Map<string, Login>()
  #target: Target
  #running: AbortController | undefined

  private constructor(options: SessionOptions, target: Target) {
    this.#options = options
    this.#target = target
  }

  /**
   * @param address where requests go at first: `local`, or the URL of a gateway
   * @throws {LineError} for an address that is neither
   */
  static async open(options: SessionOptions, address: string): Promise<ReplSession> {
    return new ReplSession(options, await targetOf(address, options))
  }

  get prompt(): string {
    const { cardnum } = this.#login ?? {}
    const { name } = this.#target
    return `${name === 'local' ? 'paifang' : name}${cardnum === undefined ? '' : ` ${cardnum}`}> `
  }

  /** Does what a line asks for, and prints what comes of it. False: it failed. */
  async run(text: string): Promise<boolean> {
    try {
      return await this.#do(readLine(text))
    } catch (error) {
      this.#options.print(failureText(error))
      return false
    }
  }

  /** Gives up on the request under way. False: there is none. */
  abort(): boolean {
    this.#running?.abort(new LineError('given up'))
    return this.#running !== undefined
  }

  /** What the last word of a line may become. */
  complete(line: string): readonly string[] {
    return completionsOf(line, this.#target.routes())
  }

  get #login(): Login | undefined {
    return this.#logins.get(this.#target.name)
  }

  async #do(line: ReplLine): Promise<boolean> {
    if (line.kind === 'request') return this.#show(await this.#send(line.method, line.path, line.values))
    if (line.kind === 'login') return this.#logIn(line)
    if (line.kind === 'logout') return this.#logOut()
    const text = await this.#tell(line)
    if (text !== '') this.#options.print(text)
    return true
  }

  async #tell(line: Exclude<ReplLine, { kind: 'request' | 'login' | 'logout' }>): Promise<string> {
    if (line.kind === 'nothing') return ''
    if (line.kind === 'help') return helpText
    if (line.kind === 'token') this.#logins.set(this.#target.name, { token: line.token })
    if (line.kind !== 'server') return whoIs(this.#login)
    this.#target = await targetOf(line.address, this.#options)
    return `Requests go to ${this.#target.name}. ${whoIs(this.#login)}`
  }

  /** With the token that there is, so that what was encrypted for the user survives a new password. */
  async #logIn({ cardnum, password, gpassword }: LoginLine): Promise<boolean> {
    const timed = await this.#send('POST', '/auth', { cardnum, password, gpassword, platform: 'repl' })
    const token = tokenIn(jsonIn(timed.answer))
    if (token === undefined) {
      if (this.#show(timed)) throw new LineError('There is no token in this answer.')
      return false
    }
    this.#logins.set(this.#target.name, { token, cardnum })
    this.#options.print(whoIs(this.#login))
    return true
  }

  async #logOut(): Promise<boolean> {
    if (!this.#login) throw new LineError('You are a guest.')
    const timed = await this.#send('DELETE', '/auth')
    this.#logins.delete(this.#target.name)
    return this.#show(timed)
  }

  /** False: the answer tells of a failure. */
  #show({ answer, ms }: Timed): boolean {
    const { text, ok } = shownAnswer(answer, ms, this.#options.colours)
    this.#options.print(text)
    return ok
  }

  async #send(method: string, path: string, values?: Values): Promise<Timed> {
    const { clock, timeoutMs } = this.#options
    const request = requestOf(method, path, { values, token: this.#login?.token })
    const running = new AbortController()
    this.#running = running
    const late = new LineError(`no answer within ${timeoutMs} ms`)
    const timer = clock.after(timeoutMs, () => running.abort(late))
    const began = clock.monotonic()
    try {
      const answer = await this.#target.send(request, running.signal)
      return { answer, ms: clock.monotonic() - began }
    } catch (error) {
      throw running.signal.aborted ? running.signal.reason : error
    } finally {
      timer.cancel()
      this.#running = undefined
    }
  }
}

async function targetOf(address: string, { local }: SessionOptions): Promise<Target> {
  return address === 'local' ? local() : remoteTarget(address)
}

function whoIs(login: Login | undefined): string {
  if (!login) return 'You are a guest.'
  return login.cardnum === undefined ? 'You have a token.' : `You are ${login.cardnum}.`
}

/** The token in an answer of `POST /auth`, whatever its dialect. */
function tokenIn(value: unknown): string | undefined {
  const { result, data } = Object(value) as { result?: unknown; data?: unknown }
  return [value, result, data].find(
    (text): text is string => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)
  )
}

/** `fetch` tells by the cause why there was no connection. */
function failureText(error: unknown): string {
  if (!(error instanceof Error)) return `failed: ${String(error)}`
  if (error instanceof LineError) return error.message
  const { cause } = error
  return `no answer: ${cause instanceof Error && cause.message !== '' ? cause.message : error.message}`
}
