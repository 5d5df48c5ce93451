import type { CookieJar } from 'tough-cookie'
import { Call, type CallParts } from './call.ts'
import type { HttpAnswer } from './http-answer.ts'
import type { Http, HttpBody, HttpOptions, HttpRequest, OpenOptions } from './service.ts'

/** What a client is made with. */
export interface HttpParts {
  readonly options: OpenOptions
  readonly calls: CallParts
  readonly makeJar: () => CookieJar
  readonly guard: (url: string | URL, options: OpenOptions) => void
  /** Counts the calls that are under way. */
  readonly counted: <T>(call: Promise<T>) => Promise<T>
}

/** A client with a cookie jar of its own, which is made when the first cookie comes. */
export class RequestHttp implements Http {
  readonly #parts: HttpParts
  #jar: CookieJar | undefined

  constructor(parts: HttpParts) {
    this.#parts = parts
  }

  get jar(): CookieJar {
    return (this.#jar ??= this.#parts.makeJar())
  }

  get(url: string | URL, options?: HttpOptions): Promise<HttpAnswer> {
    return this.request({ ...options, method: 'GET', url })
  }

  post(url: string | URL, body: HttpBody = null, options?: HttpOptions): Promise<HttpAnswer> {
    return this.request({ ...options, method: 'POST', url, body })
  }

  put(url: string | URL, body: HttpBody = null, options?: HttpOptions): Promise<HttpAnswer> {
    return this.request({ ...options, method: 'PUT', url, body })
  }

  delete(url: string | URL, options?: HttpOptions): Promise<HttpAnswer> {
    return this.request({ ...options, method: 'DELETE', url })
  }

  request(request: HttpRequest): Promise<HttpAnswer> {
    const { options, calls, counted } = this.#parts
    const context = { ...options, jar: () => this.#jar, keep: this.#keep }
    return counted(new Call(request, context, calls).run())
  }

  guard(url: string | URL): void {
    this.#parts.guard(url, this.#parts.options)
  }

  /** Cookies that no browser would take are left out, as browsers do without a word. */
  readonly #keep = (setCookies: readonly string[], url: URL): void => {
    for (const cookie of setCookies) this.jar.setCookieSync(cookie, url.href, { ignoreError: true })
  }
}
