import { adapters } from './cache/adapters.ts'
import { questions } from './cache/behaviour.ts'

// What caches do when values are old, sources slow or failing, and readers many: one question a column. It prints a
// table in Markdown; the exit code is 1 when the last rows are not what the plugin promises, times aside.
const promised: readonly (readonly string[])[] = [
  ['old', 'throws', 'new', 'yes', '1', '1 / 50', 'from after', 'yes', 'no'],
  ['old', 'old, then throws', 'old', 'yes', '1', '1 / 50', 'from after', 'yes', 'no'],
  ['old', 'old, then throws', 'old', 'yes', '1', '1 / 50', 'from after', 'yes', 'no']
]

const all = await adapters()
const answers = await Promise.all(
  all.map(adapter =>
    Promise.all(
      questions.map(question => question.ask(adapter).catch((error: Error) => `fails: ${error.message}`))
    )
  )
)
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
process.stdout.write(line(['', ...questions.map(({ title }) => title)]))
process.stdout.write(line(['---', ...questions.map(() => '---')]))
for (const [at, { name }] of all.entries()) process.stdout.write(line([name, ...(answers[at] ?? [])]))

const own = answers.slice(-promised.length).map(row => row.map(cell => cell.replace(/ at \d+ ms$/, '')))
process.exit(JSON.stringify(own) === JSON.stringify(promised) ? 0 : 1)
