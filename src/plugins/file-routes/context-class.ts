import type { FastifyReply, FastifyRequest } from 'fastify'
import type { MakeMember } from './context-members.ts'
import { RequestContext } from './request-context.ts'
import type { OwnMembers } from './route-source.ts'

/** Makes the context of a request. */
export type ContextClass = new (...parts: ConstructorParameters<typeof RequestContext>) => RequestContext

/** Contexts with the members of other plugins. */
export function withMembers(members: ReadonlyMap<string, MakeMember>): ContextClass {
  const Context = class extends RequestContext {}
  for (const [name, make] of members)
    addMember(Context, name, ({ request, reply }: Caller) => make(request, reply))
  return Context
}

/** Contexts with the members of the object that a file exports: functions of it have the context as `this`. */
export function withOwnMembers(Base: ContextClass, { object, names }: OwnMembers): ContextClass {
  if (names.length === 0) return Base
  const Context = class extends Base {}
  for (const name of names)
    addMember(Context, name, context => {
      const value: unknown = Reflect.get(object, name, context)
      return typeof value === 'function' ? (value.bind(context) as unknown) : value
    })
  return Context
}

type Caller = { readonly request: FastifyRequest; readonly reply: FastifyReply }

function addMember(Context: ContextClass, name: string, make: (context: RequestContext) => unknown): void {
  Object.defineProperty(Context.prototype, name, {
    get(this: RequestContext) {
      return RequestContext.member(this, name, make)
    }
  })
}
