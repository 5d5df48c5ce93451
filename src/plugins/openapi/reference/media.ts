import type { OpenApiDocument, OpenApiOperation } from '../service.ts'

/** An example of a document, or a reference to one. */
interface Example {
  readonly value?: unknown
  readonly $ref?: string
}

/** A body or a parameter, as a document has them. */
export interface Media {
  readonly schema?: { readonly examples?: readonly unknown[] }
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, Example>>
}

/** A parameter. */
export interface Parameter extends Media {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
}

/** A body or an answer. */
export interface Body {
  readonly description?: string
  readonly required?: boolean
  readonly content?: Readonly<Record<string, Media>>
}

/** A method of a path. */
export interface ShownOperation {
  readonly method: string
  readonly path: string
  readonly operation: OpenApiOperation
}

/** The operations of a document by tag, in its order. */
export function operationsByTag(document: OpenApiDocument): [tag: string, operations: ShownOperation[]][] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation }))
  )
  return document.tags.map(({ name }) => [name, all.filter(({ operation }) => operation.tags[0] === name)])
}

/** By which a page refers to an operation. */
export function anchorOf({ operationId }: OpenApiOperation): string {
  return operationId.replaceAll(/\s+/g, '-')
}

/** The first example of a body or a parameter, of which nothing is a reference; `undefined`: there is none. */
export function exampleOf({ example, examples = {}, schema }: Media): unknown {
  if (example !== undefined) return example
  const own = Object.values(examples).find(({ $ref }) => $ref === undefined)
  return own ? own.value : schema?.examples?.[0]
}

/** The keys of the failures that an answer may be, and an example of the first. */
export function failuresIn(
  { examples = {} }: Media,
  document: OpenApiDocument
): { readonly keys: readonly string[]; readonly example: unknown } {
  const found = Object.entries(examples).filter(([, { $ref }]) => $ref !== undefined)
  const name = found[0]?.[1].$ref?.replace('#/components/examples/', '') ?? ''
  const example = document.components.examples?.[name] as Example | undefined
  return { keys: found.map(([key]) => key), example: example?.value }
}

/** An example as it stands in a body: JSON in lines, another text as it is. */
export function exampleText(example: unknown, type: string): string {
  return typeof example === 'string' && !/\bjson\b/.test(type) ? example : JSON.stringify(example, null, 2)
}
