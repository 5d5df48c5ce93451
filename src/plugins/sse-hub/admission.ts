import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../api-error/service.ts'
import type { Config } from './config.ts'
import type { Counters } from './counters.ts'
import { Errors } from './errors.ts'
import type { Limits, Share } from './limits.ts'
import { refuse, type Refusal } from './refusal.ts'
import { isQueued } from './response.ts'
import type { EventStream, StreamEnd } from './service.ts'
import type { SharedEvents } from './shared-events.ts'
import type { Topics } from './topics.ts'

export interface AdmissionParts {
  readonly settings: Config
  readonly topics: Topics
  readonly limits: Limits
  readonly counters: Counters
  readonly shared: SharedEvents | undefined
  /** True once no more streams are taken. */
  readonly closing: () => boolean
  /** A time and up to as much again, at random. */
  readonly jittered: (ms: number) => number
}

/** Decides who gets a stream. */
export class Admission {
  readonly #parts: AdmissionParts

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  /** @throws {ApiError} `sse.forbidden` when a topic may not be read */
  async authorize(request: FastifyRequest, names: readonly string[]): Promise<void> {
    const { topics } = this.#parts
    const guarded = names.filter(name => topics.optionsOf(name).authorize)
    if (guarded.length === 0) return
    const ask = async (name: string): Promise<unknown> => topics.optionsOf(name).authorize?.(request, name)
    const answers = await Promise.all(guarded.map(ask))
    if (!answers.every(answer => answer === true)) throw new ApiError(Errors['sse.forbidden'])
  }

  /** Waits for what another node may have sent to a reader and has not come here. False: it does not come. */
  async isHere(id: string | undefined): Promise<boolean> {
    const { shared } = this.#parts
    if (!shared?.isCurrent || !shared.isAhead(id)) return true
    return shared.catchUp().then(
      () => true,
      () => false
    )
  }

  /** What stands in the way of a stream at this moment, or `undefined`. */
  refusal(
    request: FastifyRequest,
    reply: FastifyReply,
    share: Share,
    names: readonly string[]
  ): Refusal | undefined {
    const { closing, shared, limits, topics } = this.#parts
    if (closing()) return 'draining'
    if (shared?.isCurrent === false && names.length > 0) return 'behind'
    return isQueued(request, reply) ? 'pipelined' : limits.refusal(share, names, topics)
  }

  /**
   * Tells a reader to come back.
   * @throws {ApiError} as {@link refuse}
   */
  refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): EventStream {
    const { settings, counters, jittered } = this.#parts
    counters.refused[refusal]++
    // Elsewhere there may be room now.
    const isElsewhere = refusal === 'draining' || refusal === 'behind'
    refuse(request, reply, refusal, jittered(isElsewhere ? settings.retryMs : settings.busyRetryMs))
    return endedStream('refused')
  }
}

/** A stream that was over before it began. */
export function endedStream(end: StreamEnd): EventStream {
  return { send: () => false, end: () => undefined, closed: Promise.resolve(end) }
}
