import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { directoryWith } from '../settings/files.ts'

/** What a program prints. The proxy before a cluster is in this process, which must not wait for it. */
async function output(program: string, ...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, args)).stdout
}

/**
 * What whoever tries the gateway does first: it has a simulated card, and the key of the examples.
 * @param token of a caller, where those that sign need one
 */
export function firstRequestsSuite(url: () => string, token?: string): void {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }

  test.each(['README.md', 'README.zh-CN.md'])('the request in %s works when pasted', async readme => {
    const [, request = ''] = /```sh\n(key=[\s\S]*?)```/.exec(readFileSync(readme, 'utf8')) ?? []
    const answer = await output('sh', '-c', request.replace('http://127.0.0.1:3000', url()))
    expect(answer).toMatch(/^\{"code":200,"msg":"成功","data":"[0-9A-F]+"\}$/)
  })

  test('a ciphertext of openssl enc is accepted, and openssl dgst verifies the answer with the served certificate', async () => {
    using folder = directoryWith({})
    const key = Buffer.from('1234567887654321').toString('hex')
    const crypt = (mode: '-e' | '-d', input: Buffer): Buffer =>
      execFileSync('openssl', ['enc', '-aes-128-ecb', mode, '-K', key], { input })
    const text = '"sessionID":"1"||"中文":"5.0"'
    const sealed = crypt('-e', Buffer.from(JSON.stringify({ str: text, pwdstr: '88888888' }))).toString('hex')
    const response = await fetch(`${url()}/getCode`, { method: 'POST', body: sealed })
    const answer = (await response.json()) as { code: number; msg: string; data: string }
    expect(answer).toEqual({ code: 200, msg: '成功', data: expect.stringMatching(/^[0-9A-F]+$/) })

    const opened = crypt('-d', Buffer.from(answer.data, 'hex')).toString()
    const { sign, certNo } = JSON.parse(opened) as { sign: string; certNo: string }
    const certificate = await fetch(`${url()}/v1/sign/certificates/${certNo}`, { headers })
    const [pem, publicKey, signature] = ['cert.pem', 'key.pem', 'signature'].map(name =>
      join(folder.path, name)
    ) as [string, string, string]
    writeFileSync(pem, await certificate.text())
    writeFileSync(publicKey, execFileSync('openssl', ['x509', '-in', pem, '-pubkey', '-noout']))
    writeFileSync(signature, Buffer.from(sign, 'base64'))
    const verify = ['dgst', '-sha1', '-verify', publicKey, '-signature', signature]
    expect(execFileSync('openssl', verify, { input: text, encoding: 'utf8' })).toContain('Verified OK')
  })

  test('the example of Customs 179 has its data signed and verified', async () => {
    // It makes three requests: with one more in between, each node of three is asked to sign.
    for (const _ of [1, 2, 3]) {
      const args = token === undefined ? [] : [token]
      const said = await output(process.execPath, 'examples/customs179.mjs', url(), ...args)
      expect(said).toMatch(
        /^signed with [0-9a-f]{8}:\n\{"sessionID":"[0-9A-F-]{36}","payExchangeInfoHead":\{"guid"/
      )
      expect(said).toContain('"totalAmount":5.0,')
      expect(said).toContain('payExInfoStr=%7B%22sessionID%22')
      for (const line of ['valid: true', "algorithm: 'rsa-sha1'", 'reasons: []', 'wellFormed: true'])
        expect(said).toContain(line)
      expect((await fetch(`${url()}/healthz`)).status).toBe(200)
    }
  })

  test('health routes answer, and an unknown path has a problem in its answer', async () => {
    expect(await (await fetch(`${url()}/healthz`)).json()).toEqual({ status: 'ok' })
    const ready = await fetch(`${url()}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([200, expect.objectContaining({ status: 'ok' })])
    const missing = await fetch(`${url()}/nowhere`)
    expect(missing.status).toBe(404)
    expect(await missing.json()).toMatchObject({ status: 404, code: 'route.not_found' })
  })
}
