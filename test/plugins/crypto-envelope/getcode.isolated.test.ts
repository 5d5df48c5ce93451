import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import { ApiError, Errors } from '../../../src/plugins/api-error/service.ts'
import { buildApp, settings } from './build-app.ts'
import { missingTools } from './missing-tools.ts'

const script = fileURLToPath(new URL('../../../examples/getcode.sh', import.meta.url))

interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function getcode(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  return new Promise(resolve => {
    execFile(
      '/bin/sh',
      [script, ...args],
      { env: { PATH: process.env['PATH'], ...env } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    )
  })
}

function routes(app: FastifyInstance): void {
  app.post<{ Body: { str: string } }>(
    '/getCode',
    { config: { envelope: 'legacy', dialect: 'plain' } },
    async ({ body }) => {
      if (body.str === 'refuse') throw new ApiError(Errors['resource.not_found'])
      return { ...body, sign: 'c2ln' }
    }
  )
}

async function listen(legacyKey: string) {
  const gateway = await buildApp(routes, { errors: apiError, config: { ...settings, legacyKey } })
  return { ...gateway, url: await gateway.app.listen({ host: '127.0.0.1', port: 0 }) }
}

describe.skipIf(missingTools('openssl', 'curl', 'od').length > 0)('examples/getcode.sh', () => {
  test.each([
    ['plain words', 'hello'],
    ['quotes, backslashes and percent signs', String.raw`"a":"\n" 100% %s \\`],
    ['control characters', 'a\tb\r\nc\u0001\u001f\u007f'],
    ['Chinese and emoji', '订单号 "123"||🧾'],
    ['a trailing line feed', 'text\n']
  ])('has %s signed as they are', async (_kind, text) => {
    await using gateway = await listen(settings.legacyKey)
    const { stdout, stderr, code } = await getcode([text, gateway.url])
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(JSON.parse(stdout)).toEqual({ str: text, pwdstr: '88888888', sign: 'c2ln' })
  })

  test('takes the key of 16 characters from the environment', async () => {
    const key = 'another key 0000'
    await using gateway = await listen(key)
    const ours = await getcode(['hello', gateway.url], { PAIFANG_CRYPTO_ENVELOPE_LEGACY_KEY: key })
    expect(ours).toMatchObject({ code: 0, stderr: '' })
    const theirs = await getcode(['hello', gateway.url])
    expect(theirs.code).toBe(1)
    expect(theirs.stderr).toContain('the gateway refused: {"code":400,')
  })

  test('shows a refusal of the gateway', async () => {
    await using gateway = await listen(settings.legacyKey)
    const { code, stdout, stderr } = await getcode(['refuse', gateway.url])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('the gateway refused: {"code":404,')
  })

  test('says so when no gateway is there', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await new Promise(resolve => server.close(resolve))
    const { code, stderr } = await getcode(['hello', `http://127.0.0.1:${port}`])
    expect(code).toBe(1)
    expect(stderr).toContain('is the gateway running (npm start)?')
  })

  test('names the tool that is missing', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'paifang-getcode-'))
    try {
      symlinkSync('/bin/true', join(bin, 'openssl'))
      const { code, stderr } = await getcode(['hello'], { PATH: bin })
      expect(code).toBe(1)
      expect(stderr).toBe('getcode: this needs curl, which is not installed\n')
    } finally {
      rmSync(bin, { recursive: true })
    }
  })

  test('explains itself without arguments', async () => {
    expect(await getcode([])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('usage: sh getcode.sh')
    })
  })
})
