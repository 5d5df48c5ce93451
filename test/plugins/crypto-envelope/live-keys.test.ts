import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildApp } from './build-app.ts'
import { demonstrationKey, encryptHex } from './ecb-client.ts'
import { sealRequest, type GcmEnvelope } from './gcm-client.ts'

const pollMs = 1000
const noRoutes = (): void => undefined
const context = { method: 'POST', path: '/a' }
const keyOf = (byte: number): Buffer => Buffer.alloc(32, byte)
const fileOf = (...bytes: readonly number[]): string =>
  JSON.stringify(
    Object.fromEntries(bytes.map(byte => [`k-${byte}`, { key: keyOf(byte).toString('base64') }]))
  )

let directory: string
let keysFile: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'paifang-live-'))
  keysFile = join(directory, 'keys.json')
  writeFileSync(keysFile, fileOf(1))
})
afterEach(() => rmSync(directory, { recursive: true }))

async function build(more: object = {}, lines: string[] = []) {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    }
  })
  return buildApp(noRoutes, {
    config: { keysFile, keysPollMs: pollMs, ...more },
    fastify: { logger: { level: 'info', stream } }
  })
}

type Gateway = Awaited<ReturnType<typeof build>>

function kids({ envelope }: Gateway): readonly string[] {
  return envelope.status().find(({ name }) => name === 'default')?.keys ?? []
}

function send({ envelope, clock }: Gateway, byte: number) {
  const client = { key: keyOf(byte), kid: `k-${byte}`, ...context }
  const message = Buffer.from(JSON.stringify(sealRequest(client, '{"a":1}', clock.now())))
  return envelope.open('default', message, context)
}

/** What a careful writer does: the file is there as a whole or not at all. */
function replace(text: string): void {
  writeFileSync(`${keysFile}.new`, text)
  renameSync(`${keysFile}.new`, keysFile)
}

describe('a changed keys file', () => {
  test.each([
    ['written over', (text: string) => writeFileSync(keysFile, text)],
    ['renamed into place', replace]
  ])('is taken when it was %s', async (_how, change) => {
    await using gateway = await build()
    expect((await send(gateway, 1)).kid).toBe('k-1')
    change(fileOf(2, 1))
    await gateway.clock.advance(2 * pollMs)
    expect(kids(gateway)).toEqual(['k-2', 'k-1'])
    expect((await send(gateway, 2)).kid).toBe('k-2')
    expect(gateway.envelope.keysFile()).toEqual({ path: keysFile, readAt: gateway.clock.now(), problems: [] })
  })

  test('is taken when a link above it points elsewhere', async () => {
    for (const [name, byte] of [
      ['one', 1],
      ['two', 2]
    ] as const) {
      mkdirSync(join(directory, name))
      writeFileSync(join(directory, name, 'keys.json'), fileOf(byte))
    }
    symlinkSync('one', join(directory, 'current'))
    await using gateway = await build({ keysFile: join(directory, 'current', 'keys.json') })
    expect(kids(gateway)).toEqual(['k-1'])
    symlinkSync('two', join(directory, 'next'))
    renameSync(join(directory, 'next'), join(directory, 'current'))
    await gateway.clock.advance(2 * pollMs)
    expect(kids(gateway)).toEqual(['k-2'])
  })

  test('is not read while it still changes', async () => {
    await using gateway = await build()
    for (const bytes of [[2], [2, 3], [2, 3, 4]]) {
      writeFileSync(keysFile, fileOf(...bytes))
      await gateway.clock.advance(pollMs)
      expect(kids(gateway)).toEqual(['k-1'])
    }
    await gateway.clock.advance(pollMs)
    expect(kids(gateway)).toEqual(['k-2', 'k-3', 'k-4'])
  })

  test('is read once', async () => {
    const lines: string[] = []
    await using gateway = await build({}, lines)
    replace(fileOf(2))
    await gateway.clock.advance(10 * pollMs)
    const told = lines
      .map(line => JSON.parse(line) as { msg: string })
      .filter(({ msg }) => msg.includes('read again'))
    expect(told).toMatchObject([{ level: 30, keys: { default: ['k-2'] } }])
  })

  test('answers requests of before under their key', async () => {
    await using gateway = await build()
    const opened = await send(gateway, 1)
    replace(fileOf(2))
    await gateway.clock.advance(2 * pollMs)
    const { body } = await gateway.envelope.seal({ b: 2 }, opened, context)
    expect((body as unknown as GcmEnvelope).kid).toBe('k-1')
    await expect(send(gateway, 1)).rejects.toMatchObject({ entry: { key: 'envelope.invalid' } })
  })

  test('is not looked at any more after the close', async () => {
    const gateway = await build()
    await gateway.app.close()
    replace(fileOf(2))
    await gateway.clock.advance(3 * pollMs)
    expect(kids(gateway)).toEqual(['k-1'])
  })
})

describe('a new version that is not valid', () => {
  test.each<[string, () => void, string]>([
    ['broken', () => replace('{"k-2": {"key": "AwMDAwMD'), 'is neither JSON nor YAML'],
    ['gone', () => rmSync(keysFile), 'cannot be read: ENOENT'],
    ['empty', () => replace(''), 'is no object of keys'],
    ['without a key', () => replace('{}'), "no key is left for the profile 'default'"],
    [
      'with one bad key among good ones',
      () => replace(fileOf(2).replace('}}', '},"k-3":{"key":"AwMD"}}')),
      "key of 'k-3' is no key"
    ]
  ])('(%s) changes nothing, and shows in the log and the status', async (_kind, change, problem) => {
    const lines: string[] = []
    await using gateway = await build({}, lines)
    const { readAt } = gateway.envelope.keysFile()!
    change()
    await gateway.clock.advance(5 * pollMs)
    expect((await send(gateway, 1)).kid).toBe('k-1')
    expect(gateway.envelope.keysFile()).toEqual({
      path: keysFile,
      readAt,
      problems: [expect.stringContaining(problem)]
    })
    const errors = lines.map(line => JSON.parse(line) as { level: number }).filter(({ level }) => level >= 50)
    expect(errors).toMatchObject([{ level: 50, problems: [expect.stringContaining(problem)] }])
    expect(lines.join('')).not.toMatch(/AwMD|AQEB/)
  })

  test('is forgotten with the next good one', async () => {
    await using gateway = await build()
    replace('no')
    await gateway.clock.advance(2 * pollMs)
    replace(fileOf(2))
    await gateway.clock.advance(2 * pollMs)
    expect([kids(gateway), gateway.envelope.keysFile()?.problems]).toEqual([['k-2'], []])
  })

  test.each([
    [true, ['text'], [expect.stringContaining('is the demonstration key')]],
    [false, ['demo'], []]
  ])('because it is the one of demonstrations, in production: %s', async (production, keys, problems) => {
    const profiles = { partner: { codec: 'aes-ecb', keys: ['p'] } }
    const write = (key: string): void => replace(JSON.stringify({ p: { key, encoding: 'utf8' } }))
    write('a key of my own!')
    const config = { keysFile, keysPollMs: pollMs, profiles }
    await using gateway = await buildApp(noRoutes, { config, production })
    write(demonstrationKey)
    await gateway.clock.advance(2 * pollMs)
    const opened = await gateway.envelope
      .open('partner', Buffer.from(Buffer.from(encryptHex('{}'), 'hex').toString('base64')), context)
      .then(
        () => 'demo',
        () => 'text'
      )
    expect([[opened], gateway.envelope.keysFile()?.problems]).toEqual([keys, problems])
  })

  test('ends the start', async () => {
    replace('{"k-2": {"key": "AwMD"}}')
    await expect(build()).rejects.toThrow("key of 'k-2' is no key for aes-256-gcm")
  })
})

test('without a keys file there is no status of one', async () => {
  await using gateway = await buildApp(noRoutes)
  expect(gateway.envelope.keysFile()).toBeUndefined()
})

test('keys of the settings stay beside those of the file', async () => {
  const keys = { fixed: { key: keyOf(9).toString('base64') } }
  await using gateway = await build({ keys })
  expect(kids(gateway)).toEqual(['k-1', 'fixed'])
  replace(fileOf(2))
  await gateway.clock.advance(2 * pollMs)
  expect(kids(gateway)).toEqual(['k-2', 'fixed'])
})
