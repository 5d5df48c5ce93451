import { service } from '../../core/index.ts'

/** An answer of an upstream, its body decoded by its kind. */
export interface HttpAnswer {
  readonly status: number
  readonly data: unknown
}

/** A client with a cookie jar of its own. Answers with a status of 400 or more are errors. */
export interface Http {
  get(url: string, options?: object): Promise<HttpAnswer>
  post(url: string, body?: unknown, options?: object): Promise<HttpAnswer>
}

/** The part of `http-client` that sessions use. */
export interface HttpClient {
  open(options?: { readonly signal?: AbortSignal; readonly plugin?: string }): Http
}

export const HttpClient = service<HttpClient>('httpClient')
