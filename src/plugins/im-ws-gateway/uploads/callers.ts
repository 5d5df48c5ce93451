import type { FastifyRequest } from 'fastify'
import type { Clock } from '../../../core/index.ts'
import { ApiError, Errors as CommonErrors } from '../../api-error/service.ts'
import { addressDigest, type MinuteLimits } from '../../state/service.ts'
import { ImError } from '../codes.ts'
import { digestOf } from '../tokens/token-text.ts'
import type { Tokens } from '../tokens/tokens.ts'
import type { UploadSettings } from './config.ts'
import { tokenRefusal } from './token-refusal.ts'

export interface CallersParts {
  readonly settings: Pick<UploadSettings, 'requestsPerMinutePerUser' | 'requestsPerMinutePerAddress'>
  readonly tokens: Pick<Tokens, 'check'>
  readonly limits: MinuteLimits
  readonly clock: Clock
}

/** Users who call, known by the header `token` that they log in with. */
export class Callers {
  readonly #parts: CallersParts
  readonly #users = new WeakMap<FastifyRequest, string>()

  constructor(parts: CallersParts) {
    this.#parts = parts
  }

  /**
   * An `onRequest` hook that lets users in, before any of the body is read. It throws an ApiError: `auth.required`,
   * `rate.limited`, what is wrong with the token.
   */
  readonly admit = async (request: FastifyRequest): Promise<void> => {
    const { settings, limits } = this.#parts
    const { token } = request.headers
    if (typeof token !== 'string' || token === '') throw new ApiError(CommonErrors['auth.required'])
    await take(limits, `upload-ip:${addressDigest(request.ip)}`, settings.requestsPerMinutePerAddress)
    const userID = await this.#userOf(token)
    await take(limits, `upload-user:${ownerDigest(userID)}`, settings.requestsPerMinutePerUser)
    this.#users.set(request, userID)
  }

  /** The user whom `admit` has let in. */
  of(request: FastifyRequest): string {
    const userID = this.#users.get(request)
    if (userID === undefined) throw new ApiError(CommonErrors['auth.required'])
    return userID
  }

  async #userOf(token: string): Promise<string> {
    try {
      const { userID, expiresAt } = await this.#parts.tokens.check(token)
      if (expiresAt <= this.#parts.clock.now()) throw new ImError('tokenExpired')
      return userID
    } catch (error) {
      throw error instanceof ImError ? tokenRefusal(error) : error
    }
  }
}

/** @throws {ApiError} `rate.limited` */
export async function take(limits: MinuteLimits, name: string, limit: number): Promise<void> {
  const retryAfter = await limits.take(name, limit)
  if (retryAfter !== undefined) throw new ApiError(CommonErrors['rate.limited'], { retryAfter })
}

/** Stands for a user in addresses and in what is counted. */
export function ownerDigest(userID: string): string {
  return digestOf(userID).slice(0, 22)
}
