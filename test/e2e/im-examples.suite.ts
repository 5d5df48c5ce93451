import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Serve } from './target.ts'

/** The versions that there are examples for, and how they are called in this repository. */
const packages = { '2.0.3': 'oim203', '2.3.0': 'oim230', '3.5.2': 'oim352' }
type Version = keyof typeof packages
const versions = Object.keys(packages) as Version[]
const adminSecret = 'admin secret of this test'

/** Runs an example where its client is installed, in a directory of the version; resolves with what prints once it has printed a line like that. */
function start(
  folder: string,
  version: Version,
  { url, path = '/im' }: { readonly url: string; readonly path?: string },
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

/** The programs of `examples/im`, with the real clients. */
export function imExamplesSuite(serve: Serve): void {
  const settings = { adminSecret, tokenSecret: 'token secret of this test', drainMs: 0 }
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

  test.each(versions)('the example for %s gets what those for all versions send', async version => {
    const { url } = await serve({ plugins: { 'im-ws-gateway': settings } })
    const receiver = start(folder, version, { url }, 'ann')
    await receiver(/^ann is logged in$/m)
    for (const [index, sender] of versions.entries()) {
      await start(folder, sender, { url }, `bob${index}`, 'ann', `Hello from ${sender}`)(/is logged in/)
      const output = await receiver(new RegExp(`^bob${index}: Hello from ${sender}$`, 'm'))
      expect(output).not.toMatch(/error|undefined/i)
    }
  })
  test('they find a gateway that listens at another path', async () => {
    const path = '/'
    const { url } = await serve({ plugins: { 'im-ws-gateway': { ...settings, path } } })
    expect(await start(folder, '3.5.2', { url, path }, 'ann')(/^ann is logged in$/m)).not.toMatch(/error/i)
  })
}
