import { expect, test } from 'vitest'
import { metaOf } from '../../../src/core/plugin.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import { testPlugin } from '../../../src/testing/index.ts'
import { build } from './build.ts'

const check = (docsUrl?: string) => metaOf(apiError)?.check?.({ docsUrl }, { production: true })

test('the address of the documentation is a URL', () => {
  expect(check()).toEqual([])
  expect(check('https://docs.example.com/')).toEqual([])
  expect(check('docs.example.com')).toEqual([
    { path: ['docsUrl'], message: 'is not a URL', hint: 'write it with its scheme: https://…' }
  ])
})

test.each([
  [{ dialect: 'xml' }, 'dialect'],
  [{ prefixes: { 'no-slash': 'ws3' } }, 'no-slash'],
  [{ prefixes: { '/ws3/**': 'ws3' } }, '/ws3/**'],
  [{ prefixes: { '/ws3': 'xml' } }, 'prefixes'],
  [{ locale: 'fr' }, 'locale'],
  [{ ws3: { texts: 'other' } }, 'texts']
])('%j is refused', async (config, named) => {
  await expect(build({ config: config as never })).rejects.toThrow(named)
})

test('the service starts without settings', async () => {
  await using app = await testPlugin(apiError)
  expect(app.service.catalogue()).not.toHaveLength(0)
})
