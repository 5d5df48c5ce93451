import type { FastifyInstance } from 'fastify'
import type { operationSchema } from './operation-schema.ts'
import type { Operation } from './operations.ts'

/** An operation and its schema as it is documented. */
export type Described = Pick<Operation, 'method' | 'url' | 'owner'> & {
  readonly schema: ReturnType<typeof operationSchema>
}

/** What a document says before any path. */
export interface Head {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly servers?: { readonly url: string }[]
  readonly securitySchemes: Readonly<Record<string, object>>
}

/**
 * Converts operations into a document in OpenAPI 3.1, by `@fastify/swagger`. That one knows only the routes that are added after
 * it to the same application: so they are added once more, to one that nobody can call.
 */
export async function convert(operations: readonly Described[], head: Head): Promise<unknown> {
  const [{ default: Fastify }, { default: swagger }] = await Promise.all([
    import('fastify'),
    import('@fastify/swagger')
  ])
  const app = Fastify({ exposeHeadRoutes: false })
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => JSON.stringify)
  const { securitySchemes, ...rest } = head
  await app.register(swagger, {
    openapi: { ...rest, openapi: '3.1.0', components: { securitySchemes: securitySchemes as never } },
    stripBasePath: false,
    convertConstToEnum: false
  })
  try {
    for (const owner of new Set(operations.map(operation => operation.owner)))
      await addRoutes(
        app,
        owner,
        operations.filter(operation => operation.owner === owner)
      )
    await app.ready()
    return app.swagger()
  } finally {
    await app.close()
  }
}

/** The schemas that a plugin has for itself stay with its routes. */
async function addRoutes(
  app: FastifyInstance,
  owner: FastifyInstance,
  operations: readonly Described[]
): Promise<void> {
  await app.register(async child => {
    for (const schema of Object.values(owner.getSchemas())) child.addSchema(schema)
    for (const { method, url, schema } of operations)
      child.route({ method, url, schema, handler: () => undefined })
  })
}
