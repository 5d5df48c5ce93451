import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { OpenApiDocument, OpenApiOperation } from '../../../src/plugins/openapi/service.ts'

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema?: unknown
}

const methods = new Set(['get', 'put', 'post', 'delete', 'patch'])
const members = new Set([
  'operationId',
  'summary',
  'description',
  'tags',
  'parameters',
  'requestBody',
  'responses',
  'security',
  'deprecated',
  'x-access',
  'x-envelope'
])

/** Everything in which a document is none in OpenAPI 3.1, as far as tools would trip over it. */
export function faultsOf(document: OpenApiDocument): string[] {
  const faults: string[] = []
  const fault = (where: string, what: string): void => void faults.push(`${where}: ${what}`)
  if (!/^3\.1\.\d+$/.test(document.openapi)) fault('openapi', document.openapi)
  const { title, version } = document.info
  if (!title || !version) fault('info', 'has no title or version')
  const ids = new Set<string>()
  for (const [path, item] of Object.entries(document.paths)) {
    if (!/^\/[^?#:]*$/.test(path)) fault(path, 'is no path')
    for (const [method, operation] of Object.entries(item)) {
      const where = `${method} ${path}`
      if (!methods.has(method)) fault(where, 'is no method')
      if (ids.has(operation.operationId)) fault(where, `${operation.operationId} is there twice`)
      ids.add(operation.operationId)
      for (const text of faultsOfOperation(path, operation, document)) fault(where, text)
    }
  }
  return [...faults, ...lostReferences(document), ...faultsOfSchemas(document)]
}

function faultsOfOperation(path: string, operation: OpenApiOperation, document: OpenApiDocument): string[] {
  const { parameters = [], responses, security = [], tags, requestBody } = operation
  const declared = parameters as unknown as readonly Parameter[]
  const inPath = declared.filter(parameter => parameter.in === 'path')
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name)
  const places = declared.map(parameter => `${parameter.in} ${parameter.name}`)
  const known = new Set(document.tags.map(({ name }) => name))
  const schemes = Object.keys(document.components.securitySchemes ?? {})
  const statuses = Object.entries(responses)
  return [
    ...Object.keys(operation)
      .filter(name => !members.has(name))
      .map(name => `has '${name}'`),
    ...names.filter(name => !inPath.some(parameter => parameter.name === name)).map(name => `lacks ${name}`),
    ...inPath.filter(({ name }) => !names.includes(name)).map(({ name }) => `${name} is not in the path`),
    ...inPath.filter(({ required }) => required !== true).map(({ name }) => `${name} is not required`),
    ...declared.filter(({ schema }) => schema === undefined).map(({ name }) => `${name} has no schema`),
    ...places.filter((place, index) => places.indexOf(place) < index).map(place => `${place} is there twice`),
    ...tags.filter(tag => !known.has(tag)).map(tag => `the tag ${tag} is not listed`),
    ...security
      .flatMap(Object.keys)
      .filter(name => !schemes.includes(name))
      .map(name => `no scheme ${name}`),
    ...(statuses.length === 0 ? ['has no responses'] : []),
    ...statuses
      .filter(([status]) => !/^(?:[1-5](?:\d\d|XX)|default)$/.test(status))
      .map(([status]) => status),
    ...statuses
      .filter(([, response]) => typeof Object(response).description !== 'string')
      .map(([status]) => `${status} has no description`),
    ...(requestBody && typeof Object(requestBody).content !== 'object' ? ['its body has no content'] : [])
  ]
}

function lostReferences(document: OpenApiDocument): string[] {
  const lost: string[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { $ref } = node as { readonly $ref?: unknown }
    if (typeof $ref === 'string') {
      const [, kind, name = ''] = /^#\/components\/(schemas|examples)\/([^/]+)$/.exec($ref) ?? []
      const { schemas, examples = {} } = document.components
      if (!Object.hasOwn(kind === 'examples' ? examples : schemas, name)) lost.push(`${$ref} leads nowhere`)
    }
    Object.values(node).forEach(visit)
  }
  visit(document)
  return lost
}

/** All schemas with the JSON pointers to them. */
export function schemasOf(document: OpenApiDocument): [pointer: string, schema: object][] {
  const found: [string, object][] = []
  const visit = (node: unknown, pointer: string): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [name, member] of Object.entries(node)) {
      const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
      if (name === 'schema') found.push([at, member as object])
      else visit(member, at)
    }
  }
  visit(document.paths, '/paths')
  for (const [name, schema] of Object.entries(document.components.schemas))
    found.push([`/components/schemas/${name}`, schema as object])
  return found
}

/** Tells what is wrong with a value by the schema at a JSON pointer of the document. */
export function validatorOf(document: OpenApiDocument): (pointer: string, value: unknown) => unknown {
  const ajv = new Ajv2020({ strict: false, schemas: [{ ...document, $id: 'document:' }] })
  formats.default(ajv)
  return (pointer, value) => {
    const validate = ajv.compile({ $ref: `document:#${encodeURI(pointer)}` })
    return validate(value) ? [] : validate.errors
  }
}

function faultsOfSchemas(document: OpenApiDocument): string[] {
  const ajv = new Ajv2020({ strict: false })
  return schemasOf(document).flatMap(([pointer, schema]) =>
    ajv.validateSchema(schema) ? [] : [`${pointer}: ${ajv.errorsText()}`]
  )
}
