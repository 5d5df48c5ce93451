import { createGateway, systemClock } from '../core/index.ts'
import { UsageError, type Invocation } from './invocation.ts'
import { historyFile, ReplHistory } from './repl/history.ts'
import { LineError } from './repl/line-error.ts'
import { failureLines } from './repl/failure-lines.ts'
import { ReplSession } from './repl/session.ts'
import { localTarget, type Target } from './repl/target.ts'
import { runLines } from './repl/terminal.ts'

const timeoutMs = 60_000

/**
 * `paifang repl`: makes requests by lines, of a gateway in this process or, with `--server`, of another. Where the lines
 * are piped in, the exit code is 1 when one of them fails.
 * @throws {UsageError} when the arguments make no sense
 * @throws {StartupError} when the gateway cannot start
 */
export async function repl({ args, flags, options }: Invocation): Promise<void> {
  if (args.length > 0) throw new UsageError('usage: paifang repl [--server URL] [--config FILE]')
  const { stdin, stdout, stderr } = process
  const terminal = stdin.isTTY && stdout.isTTY
  let started: Promise<Awaited<ReturnType<typeof createGateway>>> | undefined
  const local = async (): Promise<Target> => {
    started ??= createGateway({ ...options, adminListener: false, logDestination: failureLines(stderr) })
    return localTarget(await started)
  }
  // Nothing else may keep the process alive while a handler waits.
  const alive = setInterval(() => undefined, 3_600_000)
  try {
    const session = await openSession(local, flags['server'])
    if (terminal) stdout.write("'help' says what a line may be, Ctrl-D ends.\n")
    const history = terminal ? await openHistory() : undefined
    const failures = await runLines({ session, input: stdin, output: stdout, terminal, history })
    if (failures > 0 && !terminal) process.exitCode = 1
  } finally {
    clearInterval(alive)
    await (await started?.catch(() => undefined))?.close()
  }
}

async function openSession(local: () => Promise<Target>, server = 'local'): Promise<ReplSession> {
  const { stdout } = process
  const print = (text: string): void => void stdout.write(`${text}\n`)
  const colours = stdout.isTTY && stdout.hasColors()
  try {
    return await ReplSession.open({ local, print, colours, clock: systemClock, timeoutMs }, server)
  } catch (error) {
    throw error instanceof LineError ? new UsageError(`--server: ${error.message}`) : error
  }
}

function openHistory(): Promise<ReplHistory> {
  return ReplHistory.open(historyFile(process.env), reason => {
    process.stderr.write(`Lines are not kept: ${reason}\n`)
  })
}
