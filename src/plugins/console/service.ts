import { service } from '../../core/index.ts'

/** A request that failed, as far as everybody on the machine may know of it: no message, no URL, no address. */
export interface RecentFailure {
  /** Grows by one a failure, from 1 on. */
  readonly number: number
  /** When it was answered, milliseconds since the epoch. */
  readonly at: number
  readonly method: string
  /** The pattern of its route; `undefined`: there is none. */
  readonly route: string | undefined
  /** HTTP status of its kind, or of the answer where no kind is known. A stream that was cut has the one it began with. */
  readonly http: number
  /** Its kind in the catalogue of api-error; `undefined` for what the route answered by itself, and without api-error. */
  readonly key: string | undefined
  readonly requestId: string
}

/** A page that shows how the gateway is. */
export interface Console {
  /** Where it is on the gateway; `undefined`: on the admin listener alone. */
  readonly path: string | undefined
  /** The last failures, at most 100, the newest first. */
  failures(): readonly RecentFailure[]
}

export const Console = service<Console>('console')
