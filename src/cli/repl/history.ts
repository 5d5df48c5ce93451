import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeDirectory } from '../../core/index.ts'

/** Lines that are kept. */
const maxLines = 1_000
const secretName = /(?:pass|passw(?:or)?d|pwd|secret|token|pin|key|credential)\w*["']?\s*:?[=:]/i
const secretForm = /[0-9a-f]{64}|[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}|:\/\/[^/\s]*@/i

/** Whether a line may hold a password or a token: then it is kept nowhere. */
export function isSecret(line: string): boolean {
  return /^\s*auth\s+\S/i.test(line) || secretName.test(line) || secretForm.test(line)
}

/** The file of the user whose lines these are: in `XDG_STATE_HOME`, or where it is by default. */
export function historyFile(env: NodeJS.ProcessEnv, home = homedir()): string {
  return join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'paifang', 'repl-history')
}

/** Lines of earlier sessions, in a file that nobody else can read. Without it there are those of this session. */
export class ReplHistory {
  readonly #file: string
  #isWritable = true

  private constructor(file: string) {
    this.#file = file
  }

  /** @param unkept is told why lines will not be kept */
  static async open(file: string, unkept: (reason: string) => void): Promise<ReplHistory> {
    const history = new ReplHistory(file)
    try {
      await makeDirectory(dirname(file))
      writeFileSync(
        file,
        history
          .lines()
          .map(line => `${line}\n`)
          .join(''),
        { mode: 0o600 }
      )
      chmodSync(file, 0o600)
    } catch (error) {
      history.#isWritable = false
      unkept(`${file}: ${(error as NodeJS.ErrnoException).code ?? 'cannot be written'}`)
    }
    return history
  }

  /** Oldest first. */
  lines(): string[] {
    try {
      const lines = readFileSync(this.#file, 'utf8').split('\n')
      return lines.filter(line => line !== '' && !isSecret(line)).slice(-maxLines)
    } catch {
      return []
    }
  }

  /** Keeps a line, unless it is empty or may hold a secret. */
  add(line: string): void {
    if (!this.#isWritable || line.trim() === '' || isSecret(line)) return
    try {
      appendFileSync(this.#file, `${line}\n`, { mode: 0o600 })
    } catch {
      this.#isWritable = false
    }
  }
}
