import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../servers/free-port.ts'
import type { Balancer } from './balancer.ts'

/** Whether there is an nginx to test with. */
export const hasNginx = spawnSync('nginx', ['-v']).status === 0

if (!hasNginx) console.warn('no nginx: the tests with one are skipped')

/** An nginx with the configuration of docs/operations.md, and what an operator does with it. */
export interface Nginx extends Balancer {
  /** Gives a node no new requests: marks it as `down`, and reloads. */
  takeOut(url: string): Promise<void>
}

/** The block of docs/operations.md. */
function documented(): string {
  const [, block] = /```nginx\n([\s\S]*?)```/.exec(readFileSync('docs/operations.md', 'utf8')) ?? []
  if (block === undefined) throw new Error('docs/operations.md has no configuration of nginx')
  return block
}

/** Starts it on a free port, without any node. */
export async function startNginx(): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'paifang-nginx-'))
  const file = join(folder, 'nginx.conf')
  const port = await freePort()
  const statusPort = await freePort()
  const nodes = new Map<string, 'up' | 'down'>()
  let version = 0

  const write = (): void => {
    const servers = (options: string): string =>
      [...nodes, ...(nodes.size === 0 ? ([['http://127.0.0.1:9', 'down']] as const) : [])]
        .map(([url, is]) => `    server ${new URL(url).host}${options}${is === 'down' ? ' down' : ''};\n`)
        .join('')
    const block = documented()
      .replaceAll(/(?: *server 10\.\S+:3000[^;\n]*;\n)+/g, lines =>
        servers(/server \S+:3000([^;\n]*);/.exec(lines)?.[1] ?? '')
      )
      .replace(/listen [^;]+;/, `listen 127.0.0.1:${port};`)
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      name => `${name}_temp_path ${join(folder, name)};`
    )
    const text = `daemon off; worker_processes 2; pid ${join(folder, 'pid')}; error_log ${join(folder, 'log')};
      events { worker_connections 1024; }
      http { access_log off; keepalive_timeout 0; ${places.join(' ')}
      server { listen 127.0.0.1:${statusPort}; return 200 'version ${version}'; }
      ${block} }`
    writeFileSync(file, text)
  }
  /** Resolves once the workers with this configuration answer, and no others. */
  const settled = async (): Promise<void> => {
    for (let seen = 0; seen < 10; seen++) {
      const said = await fetch(`http://127.0.0.1:${statusPort}/`).then(
        answer => answer.text(),
        () => ''
      )
      if (said !== `version ${version}`) seen = -1
      await wait(10)
    }
  }
  const reload = async (): Promise<void> => {
    version++
    write()
    nginx.kill('SIGHUP')
    await settled()
  }
  write()
  const nginx = spawn('nginx', ['-p', folder, '-c', file], { stdio: 'ignore' })
  await settled()
  return {
    url: `http://127.0.0.1:${port}`,
    async add(url) {
      while ((await fetch(`${url}/readyz`)).status !== 200) await wait(50)
      nodes.set(url, 'up')
      await reload()
    },
    async takeOut(url) {
      nodes.set(url, 'down')
      await reload()
    },
    async remove(url) {
      nodes.delete(url)
      await reload()
    },
    async [Symbol.asyncDispose]() {
      nginx.kill('SIGTERM')
      await once(nginx, 'exit')
      rmSync(folder, { recursive: true })
    }
  }
}
