/** A request for the upstream, without redirects. */
export interface TargetRequest {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
}

/** What the upstream answers. */
export interface TargetAnswer {
  readonly status: number
  /** Names in lower case; `set-cookie` is a list. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** As it is sent: not decompressed. */
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * Asks an upstream. What it throws has a `kind` (`timeout`, `connect`, `dns`, `tls`, `body`, `blocked`) and says with `sent`
 * whether the upstream may have got the request.
 */
export type Target = (request: TargetRequest, signal: AbortSignal) => Promise<TargetAnswer>
