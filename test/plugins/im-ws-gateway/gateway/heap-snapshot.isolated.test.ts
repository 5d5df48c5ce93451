import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { withAdmin } from './with-admin.ts'

// In a process of its own, whose heap is small.
test('a snapshot of the heap is written where only this account can read it', async () => {
  await using admin = await withAdmin()
  const { path } = (await admin.post('/heap-snapshot')) as unknown as { path: string }
  try {
    expect(readFileSync(path, 'utf8').slice(0, 12)).toBe('{"snapshot":')
    expect(statSync(dirname(path)).mode & 0o77).toBe(0)
  } finally {
    if (existsSync(path)) rmSync(dirname(path), { recursive: true })
  }
})
