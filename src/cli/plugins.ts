import type { Invocation } from './invocation.ts'
import { metaOf } from '../core/plugin.ts'
import { entryOf } from '../resolve/entry.ts'
import { resolveGateway } from '../resolve/resolve.ts'

/** `paifang plugins`: those that are on, in the order in which they start, then the built-in ones that are off. */
export async function plugins({ options }: Invocation): Promise<void> {
  const { entries, problems } = await resolveGateway(options)
  const on = new Set(entries.map(({ name }) => name))
  const off = options.builtins
    .map(plugin => entryOf(metaOf(plugin)?.name ?? '', plugin))
    .filter(({ name }) => !on.has(name))
  const rows = [...entries, ...off].map(entry => [
    entry.id,
    on.has(entry.name) ? 'on' : 'off',
    entry.global ? 'global' : 'private',
    entry.provides ?? '-',
    entry.needs.map(({ service, optional }) => (optional ? `[${service}]` : service)).join(' ') || '-',
    entry.meta?.description ?? '(settings unchecked)'
  ])
  process.stdout.write(`${table([['PLUGIN', 'STATE', 'SCOPE', 'PROVIDES', 'NEEDS', ''], ...rows])}\n`)
  if (problems.length > 0) process.stderr.write(`\n${problems.length} problem(s): see paifang check\n`)
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}
