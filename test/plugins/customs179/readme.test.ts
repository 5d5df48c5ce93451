import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Errors } from '../../../src/plugins/customs179/errors.ts'
import { makeRig } from './samples.ts'

const readme = readFileSync(new URL('../../../src/plugins/customs179/README.md', import.meta.url), 'utf8')
const block = (language: string): string =>
  new RegExp(`^\`\`\`${language}\n(.*?)\n\`\`\``, 'ms').exec(readme)?.[1] ?? `the README has no ${language}`

test('the worked example is what is signed, byte for byte', async () => {
  await using rig = await makeRig()
  const [, body = ''] = block('http').split('\n\n')
  expect((await rig.sign(body)).body).toMatchObject({ str: block('text') })
  expect(rig.requests[0]?.data).toBe(block('text'))
})

test('every error of the plugin is in the README, with its status', () => {
  const rows = [...readme.matchAll(/^\| (\d{3}) +\| `(customs179\.\w+)`/gm)]
  const named = new Map(rows.map(([, status, key]) => [key, Number(status)]))
  expect(Object.fromEntries(named)).toEqual(
    Object.fromEntries(Object.values(Errors).map(({ key, http }) => [key, http]))
  )
})
