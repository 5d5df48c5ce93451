import type { Clock } from '../../core/index.ts'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { Http, HttpClient } from '../http-client/service.ts'
import { TooManyDerivations } from './passwords/derivation-queue.ts'
import type { Credentials, IdentityProvider, Person } from './service.ts'

export interface ProvidersOptions {
  /** Name of the provider to ask. */
  readonly provider: string
  readonly providerTimeoutMs: number
  readonly clock: Clock
  readonly httpClient?: HttpClient | undefined
}

/** Characters of a name, and of all properties of a person together. */
const maxName = 256
const maxProperties = 8_192

/** The providers of identities, of which one is asked. */
export class Providers {
  readonly #options: ProvidersOptions
  readonly #all = new Map<string, IdentityProvider>()

  constructor(options: ProvidersOptions) {
    this.#options = options
  }

  /** Name of the provider that is asked. */
  get name(): string {
    return this.#options.provider
  }

  /** @throws {Error} when there is one of this name */
  add(provider: IdentityProvider): void {
    if (this.#all.has(provider.name)) throw new Error(`There are two identity providers '${provider.name}'`)
    this.#all.set(provider.name, provider)
  }

  /** @throws {Error} when there is no provider of the name in the settings */
  assertComplete(): void {
    if (this.#all.has(this.name)) return
    const names = [...this.#all.keys()].join(', ')
    throw new Error(`there is no identity provider '${this.name}'; there are: ${names}`)
  }

  /**
   * Asks who has these credentials.
   * @param http collects the cookies of the login. Default: a client for this login alone
   * @throws {ApiError} `auth.failed`, or `upstream.*` when that cannot be told
   */
  async ask(credentials: Credentials, http?: Http): Promise<Person> {
    const { clock, providerTimeoutMs, httpClient } = this.#options
    const provider = this.#all.get(this.name)
    if (!provider) throw new ApiError(CommonErrors['upstream.unavailable'])
    const timeout = new AbortController()
    const late = new Promise<never>((_, reject) => {
      timeout.signal.addEventListener('abort', () => reject(new ApiError(CommonErrors['upstream.timeout'])))
    })
    // Once the provider has answered nobody listens to it.
    late.catch(() => undefined)
    const timer = clock.after(providerTimeoutMs, () => timeout.abort())
    try {
      const { signal } = timeout
      const own = http ?? httpClient?.open({ signal, plugin: 'sessions' })
      const { username, password, extra } = credentials
      const shown = { username, password, ...(extra && { extra }) }
      return checked(await Promise.race([provider.verify(shown, { http: own, signal }), late]))
    } catch (error) {
      throw refusalOf(error)
    } finally {
      timer.cancel()
    }
  }
}

/** A person without a name or a number is nobody: some upstreams answer a wrong password so. */
function checked(person: Person): Person {
  const { name, schoolnum, properties = {} } = Object(person) as Partial<Person>
  const isName = (text: unknown): text is string =>
    typeof text === 'string' && text !== '' && text.length <= maxName
  const isText = Object.values(properties).every(text => typeof text === 'string')
  if (!isName(name) || !isName(schoolnum) || !isText || JSON.stringify(properties).length > maxProperties)
    throw new ApiError(CommonErrors['upstream.unavailable'], {
      detail: 'the identity provider did not say who this is'
    })
  return { name, schoolnum, properties }
}

/** What the caller hears. A refusal of the provider is a failed login, whatever refused it. */
function refusalOf(error: unknown): unknown {
  if (error instanceof TooManyDerivations) return error
  const key: unknown = Object(Object(error).entry).key
  if (key === 'upstream.unauthorized' || key === 'auth.failed')
    return new ApiError(CommonErrors['auth.failed'], { cause: error })
  if (typeof key === 'string') return error
  return new ApiError(CommonErrors['upstream.unavailable'], { cause: error })
}
