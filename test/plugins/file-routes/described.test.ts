import { expect, test } from 'vitest'
import openapi from '../../../src/plugins/openapi/index.ts'
import related from '../../../src/plugins/related/index.ts'
import term from '../../../src/plugins/term/index.ts'
import { serve } from './rig.ts'

const files = {
  'card/index.js': `
    export const meta = { get: '{ page?: integer = 1 } One page of the payments', put: '{ amount: number } Puts money on it' }
    export const related = ['../term']
    export function get({ page }, { related }) {
      related('today', 'The payments of today')
      if (page > 9) throw 404
      return page
    }
    export const put = () => 1`,
  'card/today.js': `export const get = () => []; export const meta = { get: 'The payments of today' }`,
  'term.js': `export function get() { return this.term.current?.name ?? 'none' }; export const meta = { get: 'The term' }`
}
const options = {
  plugins: {
    related: { use: related },
    openapi: { use: openapi },
    term: { use: term, terms: { '99-00-2': { start: '1999-02-01', weeks: 20 } } }
  },
  settings: { prefix: '/api' }
}

test('the texts of files tell what is to be seen next, in successes and failures', async () => {
  await using rig = await serve(files, options)
  const next = [
    { url: '/api/card/today', get: 'The payments of today' },
    { url: '/api/term', get: 'The term' }
  ]
  const success = (await rig.get('/api/card')) as { related: unknown[] }
  expect(success).toMatchObject({ success: true, code: 200, result: 1 })
  const failure = (await rig.get('/api/card?page=10')) as { related: unknown[] }
  expect(failure).toMatchObject({ success: false, code: 404 })
  for (const { related: told } of [success, failure]) expect(new Set(told)).toEqual(new Set(next))
})

test('the texts of files are operations in OpenAPI, and methods that there are not are none', async () => {
  await using rig = await serve(files, options)
  const { paths } = (await rig.inject('/openapi.json')).json<{
    paths: Record<string, Record<string, unknown>>
  }>()
  expect(Object.keys(paths['/api/card'] ?? {}).toSorted()).toEqual(['get', 'put'])
  expect(paths['/api/card']).toMatchObject({
    get: { summary: 'One page of the payments', parameters: [{ name: 'page', in: 'query' }] }
  })
  expect(Object.keys(paths)).not.toContain('/*')
})

test('members of other plugins are there', async () => {
  await using rig = await serve(files, options)
  expect(await rig.get('/api/term')).toMatchObject({ success: true, result: 'none' })
})
