import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { directoryWith } from '../settings/files.ts'

const kernel = pathToFileURL(join(import.meta.dirname, '../../src/core/index.ts')).href
const tsx = import.meta.resolve('tsx')

/** Runs a program that may import the kernel, with deprecations as errors; it must end by itself. */
async function run(program: string): Promise<string> {
  using directory = directoryWith({ 'program.mts': program })
  const file = join(directory.path, 'program.mts')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--throw-deprecation', '--import', tsx, file],
    { timeout: 15_000 }
  )
  return stdout
}

test('a gateway starts, serves and closes without a deprecated call, and leaves nothing open', async () => {
  const output = await run(`
    import { createGateway, definePlugin } from '${kernel}'
    const plugin = definePlugin({
      name: 'plugin', description: '', scope: 'global',
      setup: app => void app.get('/', () => 'served'),
      drain: () => {}, health: () => {}
    })
    const server = { port: 0, adminPort: 0, logLevel: 'silent' }
    const app = await createGateway({ config: { server, plugins: { plugin: { use: plugin } } }, env: {} })
    const url = await app.listen({ port: 0 })
    console.log(await (await fetch(url)).text(), (await fetch(url + '/readyz')).status, (await fetch(url + '/x%zz')).status)
    await app.close()`)
  expect(output).toBe('served 200 400\n')
})

test('a start that fails leaves nothing open', async () => {
  const output = await run(`
    import { createGateway, definePlugin, StartupError } from '${kernel}'
    const make = (name, setup) => ({ [name]: { use: definePlugin({ name, description: '', setup }) } })
    const plugins = {
      ...make('good', app => {
        const timer = setInterval(() => {}, 1000)
        app.addHook('onClose', async () => clearInterval(timer))
      }),
      ...make('bad', () => Promise.reject(new Error('no'))),
      ...make('slow', () => new Promise(() => {}))
    }
    const server = { adminPort: 0, logLevel: 'silent', startTimeoutMs: 50 }
    const failure = await createGateway({ config: { server, plugins }, env: {} }).catch(error => error)
    console.log(failure instanceof StartupError, failure.exitCode, failure.problems.map(({ code }) => code).join())`)
  expect(output).toBe('true 1 PLUGIN_FAILED,PLUGIN_TIMEOUT\n')
})
