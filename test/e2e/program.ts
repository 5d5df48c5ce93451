import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

/** A built program while it runs. */
export interface Program extends AsyncDisposable {
  readonly child: ChildProcess
  readonly output: () => string
  /** Resolves with the match once standard output holds it; rejects when the program ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves with the exit code once the program has ended. */
  readonly ended: Promise<number | null>
}

/** Runs a file of `dist` with nothing of this process's environment but what is needed to find programs. */
export function run(file: string, args: readonly string[] = [], options: SpawnOptions = {}): Program {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env }
  const child = spawn(process.execPath, [resolve('dist', file), ...args], { ...options, env, stdio: 'pipe' })
  let output = ''
  const watchers = new Set<() => void>()
  const read = (chunk: Buffer): void => {
    output += chunk.toString()
    for (const watch of watchers) watch()
  }
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    child,
    ended,
    output: () => output,
    until: pattern =>
      new Promise((resolveMatch, reject) => {
        const watch = (): void => {
          const match = pattern.exec(output)
          if (match) resolveMatch(match)
        }
        watchers.add(watch)
        watch()
        void ended.then(code => reject(new Error(`ended with ${code} before ${String(pattern)}:\n${output}`)))
      }),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    }
  }
}
