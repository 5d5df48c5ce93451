import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Files that touch globals or timers have a module graph of their own; all others share one a worker. Tests of whole
// programs wait for processes most of the time, in workers of their own.
const isolated = ['test/**/*.isolated.test.ts']
const programs = ['test/e2e/**/*.test.ts', 'test/cluster/**/*.test.ts']

export default defineConfig({
  test: {
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
    // One for each core; vitest by itself leaves one idle. Much of the time goes into child processes.
    maxWorkers: Math.max(2, availableParallelism()),
    reporters: ['default', ['json', { outputFile: 'coverage/vitest.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...isolated, ...programs],
          pool: 'threads',
          isolate: false
        }
      },
      { extends: true, test: { name: 'programs', include: programs, pool: 'forks', isolate: false } },
      { extends: true, test: { name: 'isolated', include: isolated, pool: 'forks', isolate: true } }
    ]
  }
})
