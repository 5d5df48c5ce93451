import { expect, test } from 'vitest'
import { figures } from '../metrics/figures.ts'
import { serve } from './rig.ts'

test('paths that files answer are counted, and what is wrong with files that have changed', async () => {
  const text = `export const get = () => 'good'`
  await using rig = await serve({ 'a.js': text, 'b.js': text }, { settings: { watch: true } })
  expect(await figures(rig.app, 'paifang_file')).toEqual({ paifang_file_routes: 2 })
  rig.write('c.js', text)
  rig.write('a.js', `throw new SyntaxError('broken')`)
  await rig.files.reload()
  expect(await figures(rig.app, 'paifang_file')).toEqual({
    paifang_file_routes: 3,
    paifang_file_routes_faults: 1
  })
  rig.write('a.js', text)
  await rig.files.reload()
  expect(await figures(rig.app, 'paifang_file')).toEqual({ paifang_file_routes: 3 })
})
