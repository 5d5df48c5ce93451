import { expect, test } from 'vitest'
import { performancePage } from '../../bench/page.ts'

test('the page names the machine, and has every figure with its verdict', () => {
  const page = performancePage({
    date: '2026-01-02',
    machine: { cpu: 'Some CPU', cores: 2, memoryGiB: 8, system: 'linux 6 x64', node: 'v20.0.0' },
    loadBefore: 0.5,
    benches: {
      cache: [
        {
          name: 'hits | of all',
          unit: '×',
          value: 0.9,
          limit: { atLeast: 0.5 },
          noise: { value: 0.01, atMost: 0.1 }
        },
        { name: 'slow', unit: 'ms', value: 7, floor: 1, limit: { atMost: 5 } }
      ]
    }
  })
  expect(page).toContain('on 2 cores of Some CPU, 8 GiB')
  expect(page).toContain('## What a hit of the cache costs')
  expect(page).toContain('| hits \\| of all | 0.900 |  | >= 0.5 | 0.010 | × | PASS |')
  expect(page).toContain('| slow | 7 | 1 | <= 5 |  | ms | FAIL |')
})
