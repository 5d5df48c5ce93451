import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { run } from './program.ts'

interface Service {
  readonly ports?: readonly string[]
  readonly profiles?: readonly string[]
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly healthcheck?: object
  readonly environment?: Readonly<Record<string, unknown>>
  readonly user?: string
  readonly stop_grace_period?: string
}

const text = (file: string): string => readFileSync(file, 'utf8')
const compose = parse(text('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> }
const dockerfile = text('Dockerfile')
const services = Object.entries(compose.services)

describe('docker-compose.yml', () => {
  test('starts the gateway and its Redis, and more only by profile', () => {
    const byDefault = services.filter(([, { profiles }]) => !profiles).map(([name]) => name)
    expect(byDefault).toEqual(['gateway', 'redis'])
  })

  test.each(services)(
    'publishes nothing of %s beyond this machine, and gives it no new privileges',
    (_, service) => {
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/)
      expect(service.security_opt).toContain('no-new-privileges:true')
    }
  )

  test.each(['gateway', 'demo', 'redis'])('runs %s on a read-only root without capabilities', name => {
    expect(compose.services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
  })

  test('starts Redis as its own user, since without capabilities it cannot become that by itself', () => {
    expect(compose.services['redis']?.user).toBe('redis')
  })

  test('waits longer for the gateway to end than it takes by its own settings', () => {
    const { server } = parse(text('deploy/paifang.config.yaml')) as {
      server: { drainMs: number; closeMs: number }
    }
    const seconds = Number.parseInt(compose.services['gateway']?.stop_grace_period ?? '', 10)
    expect(seconds * 1_000).toBeGreaterThan(server.drainMs + server.closeMs)
  })

  test('sets only variables that there are', () => {
    const known = text('.env.example')
    const addition = text('deploy/compose.postgres.yml')
    const used = [
      ...`${text('docker-compose.yml')}${addition}${dockerfile}`.matchAll(/\b(PAIFANG_[A-Z_]+)\b[:=]/g)
    ]
    const names = used.map(([, name = '']) => name.replace(/_FILE$/, ''))
    expect(names.length).toBeGreaterThan(2)
    for (const name of names) expect(known).toContain(`${name}=`)
  })

  test('publishes several gateways on ports that nothing else of it takes', () => {
    const [, first = '', last = ''] =
      /127\.0\.0\.1:(\d+)-(\d+):3000/.exec(text('deploy/compose.postgres.yml')) ?? []
    expect(Number(last) - Number(first)).toBe(9)
    const others = [...text('docker-compose.yml').matchAll(/\$\{\w+_PORT:-(\d+)\}/g)].map(([, port]) =>
      Number(port)
    )
    expect(others).toEqual([3000, 3001, 3002])
    expect(others.filter(port => port >= Number(first) && port <= Number(last))).toEqual([])
  })

  test('has no variable of its own that the gateway would take for a setting, as it gets all of `.env`', () => {
    const both = `${text('docker-compose.yml')}${text('deploy/compose.postgres.yml')}`
    const own = [...both.matchAll(/\$\{(\w+)/g)].map(([, name]) => name)
    expect(own).toEqual(['GATEWAY_PORT', 'DEMO_PORT', 'GRAFANA_PORT', 'GATEWAY_NODES'])
  })
})

describe('Dockerfile', () => {
  test('copies only what there is and what .dockerignore lets in', () => {
    const allowed = text('.dockerignore')
      .split('\n')
      .filter(line => line.startsWith('!'))
      .map(line => line.slice(1))
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
      files.split(' ')
    )
    expect(copied.length).toBeGreaterThan(3)
    for (const file of copied) expect(allowed).toContain(file)
  })

  test('runs as an ordinary user, with a health check that needs nothing but node', () => {
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(dockerfile).toMatch(/^ENTRYPOINT \["tini", "--"\]$/m)
    expect(dockerfile).toMatch(/^HEALTHCHECK .*CMD \["node", "dist\/cli\.js", "health"\]$/m)
    expect(dockerfile).toMatch(/^CMD \["node", "dist\/cli\.js", "start"\]$/m)
    expect(dockerfile).not.toMatch(/\b(curl|wget|latest)\b/)
  })
})

describe('deploy/paifang.service', () => {
  const unit = text('deploy/paifang.service')

  test('runs the gateway itself, as a user of its own, and reloads and stops it as it wants that', () => {
    expect(unit).toMatch(/^User=paifang$/m)
    expect(unit).toMatch(/^Environment=NODE_ENV=production /m)
    expect(unit).toMatch(/^ExecStart=\/usr\/bin\/node dist\/cli\.js start$/m)
    expect(unit).toMatch(/^ExecReload=\/bin\/kill -HUP \$MAINPID$/m)
    const { server } = parse(text('deploy/paifang.config.yaml')) as {
      server: { drainMs: number; closeMs: number }
    }
    const [, seconds = ''] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? []
    expect(Number(seconds) * 1_000).toBeGreaterThan(server.drainMs + server.closeMs)
  })
})

describe('the configuration of the image', () => {
  test('is good in production', async () => {
    await using program = run('cli.js', ['check', '-c', 'deploy/paifang.config.yaml'], {
      env: { NODE_ENV: 'production' }
    })
    expect([await program.ended, program.output()]).toEqual([
      0,
      expect.stringContaining('The configuration is good')
    ])
  })
})

describe('paifang health', () => {
  let folder: string
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'paifang-health-'))))
  afterAll(() => rm(folder, { recursive: true }))

  const health = async (args: string[], env: NodeJS.ProcessEnv = {}): Promise<[number | null, string]> => {
    await using program = run('cli.js', ['health', ...args], { cwd: folder, env })
    return [await program.ended, program.output()]
  }

  test('says what the gateway says, and whether it is ready', async () => {
    let status = 200
    const server = createServer((_, response) => response.writeHead(status).end(`{"status":"${status}"}`))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect(await health([], { PAIFANG_SERVER_PORT: String(port) })).toEqual([0, '{"status":"200"}\n'])
    expect(await health([], { PORT: String(port) })).toEqual([0, '{"status":"200"}\n'])
    status = 503
    expect(await health(['--url', `http://127.0.0.1:${port}/readyz`])).toEqual([1, '{"status":"503"}\n'])
    await new Promise(resolve => server.close(resolve))
    const [code, said] = await health([], { PORT: String(port) })
    expect([code, said]).toEqual([1, expect.stringContaining('cannot be reached')])
  })

  test('takes a URL and nothing else, as paifang reload does', async () => {
    expect(await health(['--url', 'nowhere'])).toEqual([64, expect.stringContaining("'nowhere' is no URL")])
    await using program = run('cli.js', ['reload', '--url', 'nowhere'], { cwd: folder })
    expect([await program.ended, program.output()]).toEqual([
      64,
      expect.stringContaining("'nowhere' is no URL")
    ])
    expect(await health(['now'])).toEqual([64, expect.stringContaining('no argument')])
  })
})
