import { fork } from 'node:child_process'
import { once } from 'node:events'

/** A process of its own that answers questions, one at a time. */
export interface Child<Ready> {
  /** What it said when it was ready. */
  readonly ready: Ready
  ask<Answer>(question: string): Promise<Answer>
  /** Resolves when it is gone. */
  stop(): Promise<void>
}

/**
 * Starts a file as a process, in `cwd`. It ends with its parent, whatever ends that.
 * @throws {Error} when it ends before it is ready
 */
export async function startChild<Ready>(file: URL, options: object, cwd = '.'): Promise<Child<Ready>> {
  const child = fork(file, [JSON.stringify(options)], {
    cwd,
    execArgv: ['--expose-gc', '--import', import.meta.resolve('tsx')],
    // What it logs is written, as in use, but to nobody.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  const gone = once(child, 'exit')
  const died = gone.then(() => Promise.reject(new Error(`${file.pathname} ended`)))
  died.catch(() => {})
  const heard = async <Message>(): Promise<Message> => {
    const [message] = (await Promise.race([once(child, 'message'), died])) as [Message]
    return message
  }
  return {
    ready: await heard<Ready>(),
    ask(question) {
      const answer = heard<never>()
      child.send(question)
      return answer
    },
    async stop() {
      if (child.connected) child.disconnect()
      await gone
    }
  }
}

/** The other side of `startChild`: says that this process is ready, then answers. */
export function serveParent(ready: unknown, answers: Readonly<Record<string, () => unknown>>): void {
  const answer = async (question: unknown): Promise<void> => {
    process.send?.(await answers[String(question)]?.())
  }
  process.on('message', question => void answer(question))
  process.on('disconnect', () => process.exit())
  process.send?.(ready)
}
