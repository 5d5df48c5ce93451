import type { ApiErrors } from '../api-error/service.ts'
import { Answers, type Responses } from './answers.ts'
import { isOptional } from './as-sent.ts'
import type { Config } from './config.ts'
import { convert } from './convert.ts'
import { idKey, operationSchema } from './operation-schema.ts'
import type { Operation } from './operations.ts'
import { replaceLostReferences } from './references.ts'
import { securityOf, securitySchemes, type Identification } from './security.ts'
import type { OpenApiDocument, OpenApiOperation } from './service.ts'

/** What a document is made of. */
export interface DocumentParts {
  readonly settings: Config
  readonly operations: readonly Operation[]
  readonly errors: ApiErrors | undefined
  readonly identification: Identification
  /** Told of references that lead nowhere. */
  readonly lost: (references: readonly string[]) => void
}

type Converted = OpenApiOperation & { readonly [idKey]?: string }

/** Makes the document of operations. */
export async function makeDocument(parts: DocumentParts): Promise<OpenApiDocument> {
  const { settings, operations, errors, identification, lost } = parts
  const { title, version, description, publicPrefix } = settings
  const head = {
    info: { title, version, ...(description !== '' && { description }) },
    ...(publicPrefix !== '' && { servers: [{ url: publicPrefix }] }),
    securitySchemes: securitySchemes(identification)
  }
  const described = operations.map(operation => ({
    ...operation,
    schema: operationSchema(operation, securityOf(operation, identification))
  }))
  const converted = (await convert(described, head)) as OpenApiDocument
  const byId = new Map(operations.map(operation => [operation.id, operation]))
  const answers = new Answers(errors)
  const paths = mapOperations(converted.paths, ({ [idKey]: id = '', ...operation }) => {
    const source = byId.get(id)
    const responses = operation.responses as Responses
    if (!source) return operation
    const { requestBody } = operation
    const required = !isOptional(source.options.schema?.body)
    return {
      ...operation,
      ...(requestBody && { requestBody: { ...requestBody, required } }),
      responses: answers.of(source, responses)
    }
  })
  const names = new Set(Object.values(paths).flatMap(path => Object.values(path).flatMap(({ tags }) => tags)))
  const components = {
    ...converted.components,
    schemas: { ...converted.components.schemas, ...answers.schemas },
    ...(Object.keys(answers.examples).length > 0 && { examples: answers.examples })
  }
  const document = {
    ...converted,
    tags: [...names].toSorted().map(name => ({ name })),
    paths,
    components
  }
  const references = replaceLostReferences(document)
  if (references.length > 0) lost(references)
  return document
}

function mapOperations(
  paths: OpenApiDocument['paths'],
  change: (operation: Converted) => OpenApiOperation
): OpenApiDocument['paths'] {
  return Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, change(operation)]))
    ])
  )
}
