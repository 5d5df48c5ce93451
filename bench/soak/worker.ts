import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Field, Load } from './load.ts'

const cli = join(import.meta.dirname, '../../dist/cli.js')

/** A fetch worker, `npx paifang worker`: requests of the portal that carry nothing of a user go through it. */
export const worker: Load = async ({ url, project, fakes }: Field) => {
  const { PATH, HOME } = process.env
  const options = { cwd: project.folder, env: { PATH, HOME } }
  const key = execFileSync(process.execPath, [cli, 'worker', 'key', 'soak'], options).toString().trim()
  const env = { ...options.env, PAIFANG_WORKER_SECRET: key }
  const campus = new URL(fakes.campus.url)
  const flags = [
    '--gateway',
    `${url.replace('http', 'ws')}/_spider`,
    '--name',
    'soak',
    '--hosts',
    campus.host
  ]
  const start = (): ChildProcess => {
    const args = [cli, 'worker', ...flags, '--internal-hosts', campus.hostname]
    return spawn(process.execPath, args, { ...options, env, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  let running = start()
  let isOver = false
  process.once('exit', () => running.kill('SIGKILL'))
  return {
    async stop() {
      isOver = true
      if (running.exitCode !== null || running.signalCode !== null) return
      const gone = once(running, 'exit')
      running.kill('SIGTERM')
      await gone
    },
    /** It is killed, and another one takes its place. */
    vanish() {
      running.once('exit', () => {
        if (!isOver) running = start()
      })
      running.kill('SIGKILL')
    }
  }
}
