import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { hashPassword } from '../plugins/sessions/service.ts'
import { UsageError, type Invocation } from './invocation.ts'

/**
 * `paifang password`: reads a password, one line of standard input, and prints its hash for a list of users. It is no
 * argument, which other users of the machine could see, and is not shown while it is typed.
 * @throws {UsageError} when there is an argument, or no password
 */
export async function password({ args }: Invocation): Promise<void> {
  if (args.length > 0)
    throw new UsageError("password takes no argument: type it, or pipe it in: 'paifang password < file'")
  const line = await readLine()
  if (line === '') throw new UsageError('an empty password is none')
  process.stdout.write(`${await hashPassword(line)}\n`)
}

async function readLine(): Promise<string> {
  const terminal = process.stdin.isTTY
  if (terminal) process.stderr.write('Password: ')
  const silent = new Writable({ write: (_, __, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal })
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
    if (terminal) process.stderr.write('\n')
  }
}
