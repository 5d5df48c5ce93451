import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGateway, CryptoEnvelope, definePlugin, Type } from '../../../src/index.ts'
import { isInstalled } from './missing-tools.ts'

const key = Buffer.alloc(32, 0xfb).toString('base64')
const legacyKey = 'a legacy key of more than sixteen bytes: 密钥'

const echo = definePlugin({
  name: 'echo',
  description: 'Answers what it was told, both ways encrypted.',
  needs: { envelope: CryptoEnvelope },
  setup(app) {
    const schema = { body: Type.Object({ str: Type.String({ maxLength: 1000 }) }) }
    for (const envelope of ['default', 'legacy'])
      app.post(`/v1/${envelope}/:id`, { config: { envelope }, schema }, async ({ body }) => ({
        echo: body.str
      }))
  }
})

const clients = {
  'client.mjs': [process.execPath, 'node'],
  'client.py': ['python3'],
  'Client.java': ['java'],
  'client.php': ['php']
}

interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

let gateway: Awaited<ReturnType<typeof createGateway>>
let url: string
beforeAll(async () => {
  const plugins = {
    state: true,
    'api-error': { dialect: 'plain' },
    'crypto-envelope': { legacyKey, keys: { 'key-a': { key } } },
    echo: { use: echo }
  }
  const config = { server: { logLevel: 'silent', adminPort: 0 }, plugins }
  gateway = await createGateway({ config, env: {} })
  url = await gateway.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => gateway.close())

function call(command: string, file: string, profile: string, text: string, env: object = {}): Promise<Run> {
  const script = fileURLToPath(new URL(`../../../examples/clients/${file}`, import.meta.url))
  const secrets = { ENVELOPE_KID: 'key-a', ENVELOPE_KEY: profile === 'legacy' ? legacyKey : key }
  const args = [script, profile, `${url}/v1/${profile}/1%20a?trace=1`, JSON.stringify({ str: text })]
  const { PATH, HOME } = process.env
  // Java reads its arguments in the encoding of the locale.
  const options = { env: { PATH, HOME, LC_ALL: 'C.UTF-8', ...secrets, ...env } }
  return new Promise(resolve => {
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    )
  })
}

describe.each(Object.entries(clients))('examples/clients/%s', (file, [command = '', tool = command]) => {
  // A client in a language that is not here is nobody's fault, not even in CI.
  const isHere = isInstalled(tool)
  describe.skipIf(!isHere)(`under ${tool}${isHere ? '' : ' (skipped: it is not installed)'}`, () => {
    test.each(['default', 'legacy'])('speaks the profile %s', async profile => {
      const text = '订单号 "123"\\||🧾'
      const { code, stdout, stderr } = await call(command, file, profile, text)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(JSON.parse(stdout)).toEqual({ echo: text })
    })

    test('says so when it is refused', async () => {
      const wrong = { ENVELOPE_KEY: Buffer.alloc(32, 1).toString('base64') }
      const { code, stdout, stderr } = await call(command, file, 'default', 'x', wrong)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(/refused: .*"code": ?400/)
    })
  })
})
