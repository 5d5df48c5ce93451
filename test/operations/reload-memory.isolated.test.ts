import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { directoryWith } from '../settings/files.ts'

const source = (file: string): string => pathToFileURL(join(import.meta.dirname, '../../src', file)).href

test('what twenty reloads have replaced is kept by nothing, though connections stay', async () => {
  using directory = directoryWith({
    'program.mts': `
    import { Agent, get } from 'node:http'
    import { once } from 'node:events'
    import { createGateway } from '${source('core/index.ts')}'
    import { builtins } from '${source('server.ts')}'
    import { ReloadableGateway } from '${source('operations/reload.ts')}'
    const plugins = {
      'api-error': true, cors: true, related: true, openapi: true, state: true, cache: true, metrics: { port: 0 },
      'crypto-envelope': { legacyKey: '1234567887654321' }, 'sse-hub': true, 'fetch-workers': { secret: 'a secret of these tests' },
      'http-client': true
    }
    const config = { server: { port: 0, adminPort: 0, logLevel: 'silent' }, plugins }
    const seen = []
    const gateway = new ReloadableGateway(async handed => {
      const app = await createGateway({ builtins, config, env: {}, ...handed })
      seen.push(new WeakRef(app))
      return app
    })
    const url = await gateway.start()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = async () => {
      const [response] = await once(get(url + '/readyz', { agent }), 'response')
      response.resume()
      await once(response, 'end')
      return response.statusCode
    }
    const statuses = new Set()
    for (let count = 0; count < 20; count++) {
      statuses.add(await ask())
      await gateway.reload()
    }
    statuses.add(await ask())
    const left = () => seen.filter(each => each.deref() !== undefined).length
    for (let turn = 0; turn < 30 && left() > 1; turn++) {
      await new Promise(resolve => setTimeout(resolve, 20))
      gc()
    }
    console.log([...statuses].join(), seen.length, left())
    agent.destroy()
    await gateway.close()`
  })
  const file = join(directory.path, 'program.mts')
  const args = ['--expose-gc', '--import', import.meta.resolve('tsx'), file]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 18_000 })
  expect([stdout, stderr]).toEqual(['200 21 1\n', ''])
})
