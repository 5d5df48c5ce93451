import type { FastifyReply, FastifyRequest } from 'fastify'
import { withMembers, withOwnMembers, type ContextClass } from './context-class.ts'
import type { ContextMembers } from './context-members.ts'
import type { ContextParts, ContextRoute, RequestContext } from './request-context.ts'
import type { OwnMembers } from './route-source.ts'

/** Makes the contexts of all files. Which members they have is settled by the first request. */
export class ContextFactory {
  readonly #parts: ContextParts
  readonly #members: ContextMembers
  #base: ContextClass | undefined

  constructor(parts: ContextParts, members: ContextMembers) {
    this.#parts = parts
    this.#members = members
  }

  /** Notes the members that the object of a file has of its own, and says which it cannot have. */
  take(file: string, { names }: OwnMembers): string[] {
    return names.flatMap(name => {
      const fault = this.#members.faultOf(name)
      if (fault === undefined) this.#members.note(name, file)
      return fault === undefined ? [] : [`its ${name} cannot be this.${name}: ${fault}`]
    })
  }

  /** What makes the contexts of a route. */
  of(route: ContextRoute, own: OwnMembers): (request: FastifyRequest, reply: FastifyReply) => RequestContext {
    let Context: ContextClass | undefined
    return (request, reply) => {
      Context ??= withOwnMembers((this.#base ??= withMembers(this.#members.all())), own)
      return new Context(this.#parts, route, request, reply)
    }
  }
}
