import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const tool = (name: string): string => resolve('node_modules/.bin', name)
const folder = mkdtempSync(join(tmpdir(), 'paifang-package-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A project of somebody else's, with this package installed. */
function project(name: string): string {
  const path = join(folder, name)
  mkdirSync(join(path, 'node_modules'), { recursive: true })
  symlinkSync(process.cwd(), join(path, 'node_modules', 'paifang'))
  return path
}

const node = (cwd: string, ...args: string[]): string =>
  execFileSync(process.execPath, args, { cwd, encoding: 'utf8' })

const names =
  'definePlugin, service, optional, createGateway, testPlugin, State, Database, ApiErrors, CryptoEnvelope, SignBridge'

test('exports what plugin authors need, from inside the package and from a project that installed it', () => {
  const program = `import { ${names} } from 'paifang'
    for (const value of [${names}]) if (value === undefined) throw new Error('missing')
    console.log('all there')`
  expect(node(process.cwd(), '--input-type=module', '-e', program)).toBe('all there\n')
  expect(node(project('exports'), '--input-type=module', '-e', program)).toBe('all there\n')
})

test('loads into CommonJS, which can wait for nothing', () => {
  writeFileSync(join(project('commonjs'), 'main.cjs'), `console.log(require('paifang').SignBridge.name)`)
  expect(node(join(folder, 'commonjs'), 'main.cjs')).toBe('signBridge\n')
})

test('the third-party plugin in examples passes its test', () => {
  const path = project('visit-counter')
  cpSync('examples/visit-counter', path, { recursive: true })
  expect(node(path, '--test', '--test-reporter=tap', 'index.test.js')).toContain('# fail 0')
})

test('its types are found under nodenext and bundler, and are strict', () => {
  const path = project('types')
  writeFileSync(
    join(path, 'main.ts'),
    `import { createGateway, definePlugin, State, Type, type GatewayOptions } from 'paifang'
    export default definePlugin({
      name: 'typed',
      description: 'Has types.',
      config: Type.Object({ greeting: Type.String() }),
      needs: { state: State },
      async setup(app, { config, state }) {
        const text: string | undefined = await state.get(config.greeting.toUpperCase())
        app.get('/typed', () => text)
        // @ts-expect-error: there is no such setting
        return void config.greetings
      }
    })
    const options: GatewayOptions = {}
    export const app = createGateway(options)\n`
  )
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler']
  ]) {
    const types = { types: ['node'], typeRoots: [resolve('node_modules/@types')] }
    const compilerOptions = {
      module,
      moduleResolution,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      ...types
    }
    writeFileSync(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['main.ts'] }))
    expect(String(execFileSync(tool('tsc'), ['-p', path]))).toBe('')
  }
}, 120_000)

test('a new plugin outside of the sources passes its test and type check', () => {
  const path = project('new')
  node(path, resolve('dist/cli.js'), 'new', 'hello')
  expect(node(path, '--test', '--test-reporter=tap', 'plugins/hello/index.test.mjs')).toContain('# pass 1')
  const compilerOptions = {
    module: 'nodenext',
    strict: true,
    checkJs: true,
    noEmit: true,
    skipLibCheck: true
  }
  const typeRoots = [resolve('node_modules/@types')]
  writeFileSync(
    join(path, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { ...compilerOptions, types: ['node'], typeRoots },
      include: ['plugins']
    })
  )
  execFileSync(tool('tsc'), ['-p', path], { stdio: 'pipe' })
})

test('a gateway starts from a configuration file in a project of its own', () => {
  const path = project('start')
  writeFileSync(join(path, 'hello.mjs'), `export default async app => { app.get('/hello', () => 'hello') }`)
  writeFileSync(join(path, 'paifang.config.yaml'), 'plugins: { hello: { use: ./hello.mjs }, state: true }\n')
  const program = `import { createGateway } from 'paifang'
    const app = await createGateway({ env: { LOG_LEVEL: 'silent' } })
    console.log((await app.inject('/hello')).body, (await app.inject('/readyz')).body)
    await app.close()`
  expect(node(path, '--input-type=module', '-e', program)).toBe(
    'hello {"status":"ok","plugins":{"hello":"ok","state":"ok"}}\n'
  )
})

test.each(['paifang', 'paifang-sign-simulator'])(
  '%s may be run as it is checked out, and says what is missing before the build',
  name => {
    const program = resolve('bin', `${name}.js`)
    expect(statSync(program).mode & 0o111).toBe(0o111)
    expect(execFileSync(program, ['--help'], { encoding: 'utf8' })).toContain(`Usage: ${name}`)

    const clone = join(folder, `clone-of-${name}`)
    cpSync(program, join(clone, 'bin', `${name}.js`))
    writeFileSync(join(clone, 'package.json'), '{ "type": "module" }')
    const { status, stderr } = spawnSync(join(clone, 'bin', `${name}.js`), { encoding: 'utf8' })
    expect([status, stderr]).toEqual([1, `${name} is not built yet: run npm run build\n`])
  }
)

interface Packed {
  readonly filename: string
  /** Bytes, packed and unpacked. */
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

function pack(): Packed {
  // The build is that of `npm test`.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [packed] = JSON.parse(execFileSync('npm', args, { encoding: 'utf8', stdio: 'pipe' })) as Packed[]
  if (!packed) throw new Error('npm has packed nothing')
  return packed
}

test('npm pack has what is used, and nothing of tests, sources or secrets; an empty project installs and starts it', async context => {
  const { filename, size, unpackedSize, files } = pack()
  console.info(`${filename}: ${size} bytes, ${unpackedSize} unpacked, ${files.length} files`)
  const paths = files.map(({ path }) => path)
  expect(paths).toEqual(
    expect.arrayContaining([
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'paifang.schema.json',
      '.env.example',
      'bin/paifang.js',
      'bin/paifang-sign-simulator.js',
      'dist/cli.js',
      'dist/index.js',
      'dist/index.d.ts',
      'docs/operations.md',
      'dist/plugins/sign-simulator/main.js'
    ])
  )
  const known =
    /^(?:bin\/[\w-]+\.js|dist\/.*\.(?:js|d\.ts)|docs\/.*\.(?:md|svg)|(?:README|CHANGELOG)[\w.-]*\.md|LICENSE|package\.json|paifang\.schema\.json|\.env\.example)$/
  expect(
    paths.filter(path => !known.test(path) || /(?:^|\/)(?:test|bench|src)\/|\.test\./.test(path))
  ).toEqual([])
  expect(size).toBeLessThan(1_500_000)

  const path = join(folder, 'installed')
  mkdirSync(path)
  writeFileSync(join(path, 'package.json'), '{ "private": true }')
  const args = [
    'install',
    join(folder, filename),
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=0'
  ]
  try {
    execFileSync('npm', args, { cwd: path, stdio: 'pipe', encoding: 'utf8', timeout: 120_000 })
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string }
    if (!/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/.test(stderr))
      throw error
    console.warn('no registry of packages within reach: the package is not installed')
    context.skip('no registry of packages within reach')
  }
  writeFileSync(
    join(path, 'hello.mjs'),
    `import { definePlugin } from 'paifang'
    export default definePlugin({
      name: 'hello',
      description: 'Greets.',
      setup: app => void app.get('/hello', () => ({ greeting: 'Hi, world!' }))
    })`
  )
  writeFileSync(
    join(path, 'paifang.config.yaml'),
    'server: { port: 0 }\nplugins: { hello: { use: ./hello.mjs }, api-error: true }\n'
  )
  const { PATH, HOME } = process.env
  const npx = spawn('npx', ['--no-install', 'paifang', 'start'], {
    cwd: path,
    env: { PATH, HOME },
    stdio: 'pipe'
  })
  const ended = once(npx, 'exit')
  let log = ''
  const started = new Promise<{ pid: number; url: string }>((found, failed) => {
    npx.stdout.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      const line = log.split('\n').find(each => each.includes('"msg":"started '))
      if (line !== undefined) found(JSON.parse(line) as { pid: number; url: string })
    })
    void ended.then(() => failed(new Error(`it ended:\n${log}`)))
  })
  started.catch(() => undefined)
  npx.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const { pid, url } = await started
  try {
    const answer = await fetch(`${url}/hello`)
    expect([answer.status, await answer.json()]).toEqual([200, { greeting: 'Hi, world!' }])
  } finally {
    process.kill(pid, 'SIGTERM')
  }
  expect(await ended).toEqual([0, null])
}, 180_000)
