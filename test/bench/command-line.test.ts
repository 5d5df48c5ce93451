import { expect, test, vi } from 'vitest'
import { commandLine, type CommandLine } from '../../bench/command-line.ts'

const numbers = { rounds: { about: 'Rounds', default: 5 }, soak: { about: 'Minutes' } }
const usage = { command: 'npm run bench:it', about: 'What it costs.', parts: ['speed', 'memory'], numbers }

/** What a line of arguments comes to: what was read, or how the process ends and what it says. */
function outcome(...args: string[]): CommandLine<typeof numbers> | { code: unknown; said: string } {
  let said = ''
  const write = (text: unknown): boolean => Boolean((said += String(text)))
  using _out = vi.spyOn(process.stdout, 'write').mockImplementation(write)
  using _err = vi.spyOn(process.stderr, 'write').mockImplementation(write)
  using exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  const line = commandLine(usage, args)
  return exit.mock.calls.length > 0 ? { code: exit.mock.calls[0]?.[0], said } : line
}

test('numbers are what they are by default, or what was given', () => {
  expect(outcome()).toEqual({ parts: [], numbers: { rounds: 5 }, json: undefined })
  expect(outcome('memory', '--rounds', '7', '--soak', '0.5', '--json', 'out.json')).toEqual({
    parts: ['memory'],
    numbers: { rounds: 7, soak: 0.5 },
    json: 'out.json'
  })
})

test('--help says all that may be asked, and is no failure', () => {
  const said = expect.stringMatching(
    /bench:it[^]*What it costs[^]*speed, memory[^]*--rounds N[^]*Rounds \(5\)[^]*--soak N/
  )
  expect(outcome('--help')).toEqual({ code: 0, said })
})

test.each([
  [['tempo'], "There is no part 'tempo'."],
  [['--rounds', 'many'], '--rounds takes a number greater than 0.'],
  [['--rounds', '0'], '--rounds takes a number greater than 0.'],
  [['--laps', '3'], "Unknown option '--laps'"]
])('%j is refused, with the reason and what may be asked', (args, reason) => {
  const said = expect.stringMatching(new RegExp(`^${reason}[^]*Options:`))
  expect(outcome(...args)).toEqual({ code: 2, said })
})
