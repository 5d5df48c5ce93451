import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createGateway } from '../../src/core/index.ts'
import apiError from '../../src/plugins/api-error/index.ts'
import database from '../../src/plugins/database/index.ts'
import imWsGateway from '../../src/plugins/im-ws-gateway/index.ts'

/** The versions that there are examples for, and how they are called in this repository. */
const packages = { '2.0.3': 'oim203', '2.3.0': 'oim230', '3.5.2': 'oim352' }
type Version = keyof typeof packages
const versions = Object.keys(packages) as Version[]
const adminSecret = 'admin secret of this test'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'paifang-examples-'))
  for (const version of versions) {
    const own = join(folder, version)
    mkdirSync(join(own, 'node_modules'), { recursive: true })
    cpSync('examples/im', own, { recursive: true })
    symlinkSync(resolve('node_modules', packages[version]), join(own, 'node_modules', 'open-im-sdk'))
    symlinkSync(resolve('node_modules', 'ws'), join(own, 'node_modules', 'ws'))
  }
  return () => rmSync(folder, { recursive: true })
})

/** Starts a gateway; resolves with its address. */
async function serve(path = '/im'): Promise<string> {
  const app = await createGateway({
    builtins: [apiError, database, imWsGateway],
    env: {},
    config: {
      server: { port: 0, logLevel: 'silent' },
      plugins: {
        'api-error': true,
        database: { file: ':memory:' },
        'im-ws-gateway': { path, adminSecret, tokenSecret: 'token secret of this test', drainMs: 0 }
      }
    }
  })
  onTestFinished(() => app.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}

interface Chat {
  readonly url: string
  readonly path?: string
}

/** Runs an example where its client is installed; resolves with what prints once it has printed a line like that. */
function start(
  version: Version,
  { url, path = '/im' }: Chat,
  ...args: string[]
): (line: RegExp) => Promise<string> {
  const child = spawn(process.execPath, [join(folder, version, `client-${version}.mjs`), ...args], {
    env: { IM_URL: url, IM_PATH: path, IM_ADMIN_SECRET: adminSecret },
    stdio: 'pipe'
  })
  onTestFinished(() => void child.kill())
  let output = ''
  const watchers = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      for (const watch of watchers) watch()
    })
  return line =>
    new Promise((found, reject) => {
      const watch = (): void => {
        if (line.test(output)) found(output)
      }
      watchers.add(watch)
      watch()
      child.once('close', () => reject(new Error(`no ${String(line)} in:\n${output}`)))
    })
}

test.each(versions)('the example for %s gets what those for all versions send', async version => {
  const chat = { url: await serve() }
  const receiver = start(version, chat, 'ann')
  await receiver(/^ann is logged in$/m)
  for (const [index, sender] of versions.entries()) {
    await start(sender, chat, `bob${index}`, 'ann', `Hello from ${sender}`)(/is logged in/)
    const output = await receiver(new RegExp(`^bob${index}: Hello from ${sender}$`, 'm'))
    expect(output).not.toMatch(/error|undefined/i)
  }
})

test('they find a gateway that listens at another path', async () => {
  const chat = { url: await serve('/'), path: '/' }
  expect(await start('3.5.2', chat, 'ann')(/^ann is logged in$/m)).not.toMatch(/error/i)
})
