import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .map(file => join('src', file))
const pluginOf = (file: string): string | undefined => /^src\/plugins\/([^/]+)\//.exec(file)?.[1]

function importsOf(file: string): string[] {
  const found = readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)
  return [...found].map(([, specifier]) => normalize(join(dirname(file), specifier ?? '')))
}

test('a plugin imports the index of the kernel, the protocol of WeChat, other plugins’ services, and itself', () => {
  const offences = sources.filter(pluginOf).flatMap(file => {
    const wrong = importsOf(file).filter(target => {
      const other = pluginOf(target)
      if (other) return other !== pluginOf(file) && basename(target) !== 'service.ts'
      return target !== 'src/core/index.ts' && !target.startsWith('src/wechat/')
    })
    return wrong.map(target => `${file} imports ${target}`)
  })
  expect(offences).toEqual([])
})

test('the kernel imports no plugin', () => {
  const kernel = sources.filter(file => /^src\/(core|operations|resolve|settings|testing)\//.test(file))
  expect(kernel.flatMap(importsOf).filter(pluginOf)).toEqual([])
})

test('the protocol of WeChat imports neither the kernel nor a plugin', () => {
  const protocol = sources.filter(file => file.startsWith('src/wechat/'))
  expect(protocol.flatMap(importsOf).filter(target => !target.startsWith('src/wechat/'))).toEqual([])
})

test('settings know nothing of Fastify', () => {
  const offences = sources.filter(
    file => file.startsWith('src/settings/') && readFileSync(file, 'utf8').includes("'fastify")
  )
  expect(offences).toEqual([])
})

test('no file has more than 400 lines, and the median has at most 90', () => {
  const lengths = sources.map(file => readFileSync(file, 'utf8').split('\n').length - 1)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(400)
  expect(lengths.toSorted((a, b) => a - b)[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(90)
})

test('nothing is named utils, helpers, common or manager', () => {
  expect(sources.filter(file => /(util|helper|common|manager)s?\b/i.test(file))).toEqual([])
})
