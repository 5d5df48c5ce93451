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

/** Runs lines one after the other until there are no more. @returns how many failed */
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
  const prompt = (): void => {
    if (!terminal) return
    lines.setPrompt(session.prompt)
    lines.prompt()
  }
  let failures = 0
  prompt()
  for await (const line of lines) {
    history?.add(line)
    if (!(await session.run(line))) failures++
    prompt()
  }
  if (terminal) output.write('\n')
  return failures
}
