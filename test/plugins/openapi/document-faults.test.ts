import { expect, test } from 'vitest'
import type { OpenApiDocument } from '../../../src/plugins/openapi/service.ts'
import { faultsOf } from './document-faults.ts'

const operation = { operationId: 'a', tags: ['t'], responses: { 200: { description: 'OK' } } }
const document: OpenApiDocument = {
  openapi: '3.1.0',
  info: { title: 'T', version: '1' },
  tags: [{ name: 't' }],
  paths: { '/a': { get: operation } },
  components: { schemas: {} }
}
const id = { name: 'id', in: 'path', required: true, schema: {} }
const withOperation = (change: object, path = '/a'): OpenApiDocument => ({
  ...document,
  paths: { [path]: { get: { ...operation, ...change } } }
})

test.each<[string, OpenApiDocument]>([
  ['openapi: 3.0.3', { ...document, openapi: '3.0.3' }],
  ['/:a: is no path', withOperation({}, '/:a')],
  ['post /a: a is there twice', { ...document, paths: { '/a': { get: operation, post: operation } } }],
  ['head /a: is no method', { ...document, paths: { '/a': { head: operation } } }],
  ["get /a: has 'x'", withOperation({ x: 1 })],
  ['get /{id}: lacks id', withOperation({}, '/{id}')],
  ['get /a: id is not in the path', withOperation({ parameters: [id] })],
  ['get /{id}: id is not required', withOperation({ parameters: [{ ...id, required: false }] }, '/{id}')],
  [
    'get /{id}: id has no schema',
    withOperation({ parameters: [{ name: 'id', in: 'path', required: true }] }, '/{id}')
  ],
  ['get /{id}: path id is there twice', withOperation({ parameters: [id, id] }, '/{id}')],
  ['get /a: the tag u is not listed', withOperation({ tags: ['u'] })],
  ['get /a: no scheme s', withOperation({ security: [{ s: [] }] })],
  ['get /a: has no responses', withOperation({ responses: {} })],
  ['get /a: 2xx', withOperation({ responses: { '2xx': { description: '' } } })],
  ['get /a: 200 has no description', withOperation({ responses: { 200: {} } })],
  ['get /a: its body has no content', withOperation({ requestBody: {} })],
  [
    '#/components/schemas/X leads nowhere',
    { ...document, components: { schemas: { A: { $ref: '#/components/schemas/X' } } } }
  ],
  ['/components/schemas/A: data/type', { ...document, components: { schemas: { A: { type: 'text' } } } }]
])('a document with a fault is found out: %s', (fault, broken) => {
  expect(faultsOf(document)).toEqual([])
  expect(faultsOf(broken)).toEqual([expect.stringContaining(fault)])
})
