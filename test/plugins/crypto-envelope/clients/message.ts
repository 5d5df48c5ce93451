import type { EnvelopeContext } from '../../../../src/plugins/crypto-envelope/service.ts'

/** A request as it goes over the wire. */
export interface Message {
  readonly body: Buffer
  readonly context: EnvelopeContext
}

/** The route and the moment for which a request is made. */
export interface Occasion {
  readonly method: string
  readonly path: string
  /** Milliseconds since the Unix epoch. */
  readonly ts: number
}
