import type { FastifyRequest } from 'fastify'
import type { Http, HttpOptions } from '../http-client/service.ts'

/**
 * The upstream requests of one caller, which end when the caller leaves: but not once they may be part of work that a cache
 * does for others as well. Its functions may be taken out of it.
 */
export class CallerHttp implements Http {
  readonly #http: Http
  readonly #request: Pick<FastifyRequest, 'signal'>
  readonly #isShared: () => boolean

  /** @param isShared whether what is asked for from now on may be for others as well */
  constructor(http: Http, request: Pick<FastifyRequest, 'signal'>, isShared: () => boolean) {
    this.#http = http
    this.#request = request
    this.#isShared = isShared
  }

  get jar(): Http['jar'] {
    return this.#http.jar
  }

  readonly get: Http['get'] = (url, options) => this.#http.get(url, this.#bound(options))
  readonly post: Http['post'] = (url, body, options) => this.#http.post(url, body, this.#bound(options))
  readonly put: Http['put'] = (url, body, options) => this.#http.put(url, body, this.#bound(options))
  readonly delete: Http['delete'] = (url, options) => this.#http.delete(url, this.#bound(options))
  readonly request: Http['request'] = request => this.#http.request(this.#bound(request))
  readonly guard: Http['guard'] = url => this.#http.guard(url)

  /** A signal of one's own is left as it is. */
  #bound<T extends HttpOptions>(options: T): T
  #bound(options: HttpOptions | undefined): HttpOptions
  #bound(options: HttpOptions = {}): HttpOptions {
    return options.signal || this.#isShared() ? options : { ...options, signal: this.#request.signal }
  }
}
