import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('docs/security.md', 'utf8')
const table = page.split(/^## /m).find(section => section.startsWith('By plugin')) ?? ''
const rows = table.split('\n').filter(line => line.startsWith('| ') && !/^\| (?:plugin|---)/.test(line))

test('docs/security.md has a row for each plugin, and none for others', () => {
  const plugins = readdirSync('src/plugins').toSorted()
  const named = rows.flatMap(row =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name)
  )
  // One of them has a row more, for its files.
  expect([...new Set(named)].toSorted()).toEqual(plugins)
})

test('each says what is protected, against whom, and what is not', () => {
  const empty = rows.filter(row => {
    const [, , protects = '', , doesNot = ''] = row.split('|')
    return protects.trim() === '' || doesNot.trim() === ''
  })
  expect(rows.length).toBeGreaterThan(20)
  expect(empty).toEqual([])
})

test('settings that the page names are there', () => {
  const settings = readFileSync('docs/plugins.md', 'utf8')
  const named = [...page.matchAll(/`(server|cors|metrics|sessions)\.(\w+)`/g)].map(([, , name = '']) => name)
  expect(named.length).toBeGreaterThan(4)
  expect(named.filter(name => !settings.includes(`\`${name}\``))).toEqual([])
})
