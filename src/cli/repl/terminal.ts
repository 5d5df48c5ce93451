import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { isSecret, type ReplHistory } from './history.ts'
import type { ReplSession } from './session.ts'

/** Where lines come from, and where prompts go. */
export interface TerminalOptions {
  readonly session: ReplSession
  readonly input: Readable
  readonly output: Writable
  /** Somebody types: there are prompts, completion and a history. */
  readonly terminal: boolean
  readonly history?: ReplHistory | undefined
}

/**
 * Runs lines one after the other until there are no more, or nobody reads what is printed.
 * @returns how many failed
 */
export async function runLines(options: TerminalOptions): Promise<number> {
  const { session, input, output, terminal, history } = options
  const lines = createInterface({
    input,
    terminal,
    ...(terminal && {
      output,
      history: history?.lines().toReversed() ?? [],
      historySize: 1_000,
      removeHistoryDuplicates: true,
      completer: (line: string): [string[], string] => [
        [...session.complete(line)],
        /\S*$/.exec(line)?.[0] ?? ''
      ]
    })
  })
  lines.on('history', (kept: string[]) => {
    if (kept[0] !== undefined && isSecret(kept[0])) kept.shift()
  })
  lines.on('SIGINT', () => {
    if (session.abort()) return
    output.write('\nCtrl-D ends.\n')
    prompt()
  })
  // The lines that came before the end are still to be run.
  let isOpen = true
  lines.once('close', () => (isOpen = false))
  let isRead = true
  output.on('error', () => {
    isRead = false
    lines.close()
  })
  const prompt = (): void => {
    if (!terminal || !isOpen) return
    lines.setPrompt(session.prompt)
    lines.prompt()
  }
  let failures = 0
  prompt()
  for await (const line of lines) {
    if (!isRead) break
    history?.add(line)
    if (!(await session.run(line))) failures++
    prompt()
  }
  if (terminal && isRead) output.write('\n')
  return failures
}
