import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import { readCookie, setCookie, type SecretCookie } from './login-cookie.ts'
import { hashOf } from './login-handle.ts'
import type { Tickets } from './login-tickets.ts'

/** A browser that a request comes from. */
export interface Browser {
  /** Hash of its handle. */
  readonly hash: string
  /** It had a ticket in place of the cookie. */
  readonly byTicket: boolean
}

/** How browsers and the gateway know each other again. */
export class Browsers {
  readonly #cookie: SecretCookie
  readonly #tickets: Tickets

  constructor(tickets: Tickets, alwaysSecure: boolean) {
    this.#tickets = tickets
    this.#cookie = { name: 'paifang-scan', path: '/v1/scan', alwaysSecure }
  }

  /** The secret in the cookie. */
  secretOf(request: FastifyRequest): string | undefined {
    return readCookie(request, this.#cookie)
  }

  /** Hands a browser the secret of its login; `undefined` takes it away. */
  remember(
    request: FastifyRequest,
    reply: FastifyReply,
    secret: string | undefined,
    crossSite = false
  ): void {
    reply.header('set-cookie', setCookie(request, this.#cookie, secret, crossSite))
  }

  /** A ticket in place of the cookie, good once. */
  ticketFor(hash: string): Promise<string> {
    return this.#tickets.issue(hash)
  }

  /**
   * Whose request it is, by its ticket or else its cookie.
   * @throws {ApiError} `scan.no_login`
   */
  async of(request: FastifyRequest, ticket?: string): Promise<Browser> {
    const byTicket = ticket === undefined ? undefined : await this.#tickets.redeem(ticket)
    if (byTicket !== undefined) return { hash: byTicket, byTicket: true }
    const secret = this.secretOf(request)
    if (secret === undefined) throw new ApiError(Errors['scan.no_login'])
    return { hash: hashOf(secret), byTicket: false }
  }
}
