import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eventKinds } from '../../../src/plugins/sign-bridge/events.ts'

test('docs/operations.md says of every event, and of no other, what to do', () => {
  const rows = readFileSync('docs/operations.md', 'utf8').matchAll(/^\| `([a-z-]+)` +\| [^|]+ \| [^|]+ \|$/gm)
  expect([...rows].map(([, kind]) => kind).toSorted()).toEqual([...eventKinds].toSorted())
})
