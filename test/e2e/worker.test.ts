import { expect, test } from 'vitest'
import { run } from './program.ts'
import { serveBuilt } from './target.ts'
import { workerSuite } from './worker.suite.ts'

workerSuite(serveBuilt)

test('a worker that is told too little says what it needs', async () => {
  await using worker = run('cli.js', ['worker', '--gateway', 'ws://127.0.0.1:1/', '--name', 'w'])
  expect(await worker.ended).toBe(64)
  expect(worker.output()).toContain('--hosts is missing')
})
