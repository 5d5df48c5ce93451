import type { CatalogueEntry } from './api-error.ts'
import { reservedCodes } from './catalogue.ts'

/** The catalogue as a Markdown page with one table. */
export function catalogueMarkdown(entries: readonly CatalogueEntry[]): string {
  const rows = entries.map(
    ({ key, http, flask, ws3 = http, title, transient }) =>
      `| <a id="${key}"></a>\`${key}\` | ${http} | ${flask} | ${ws3} | ${cell(title['zh-CN'])} | ${cell(title.en)} | ${transient ? 'yes' : ''} |`
  )
  return [
    '# Errors',
    '',
    'Every failure that the gateway answers with. `flask` and `ws3` are the codes in those dialects; what is transient may succeed when it is tried again.',
    '',
    '| key | HTTP | flask | ws3 | zh-CN | en | transient |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Reserved for front ends that give them a meaning of their own: ${reservedCodes.join(', ')}.`,
    ''
  ].join('\n')
}

/** The catalogue as a TypeScript module: keys as an enum, and their `flask` codes. */
export function catalogueTypeScript(entries: readonly CatalogueEntry[]): string {
  const names = entries.map(({ key }) => [key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_'), key] as const)
  return [
    '/** The kinds of failure of the gateway: `code` of problem details. */',
    'export enum ErrorKey {',
    names.map(([name, key]) => `  ${name} = '${key}'`).join(',\n'),
    '}',
    '',
    '/** `error_code` of the `flask` dialect. */',
    'export const errorCodes: Readonly<Record<ErrorKey, number>> = {',
    entries.map(({ flask }, index) => `  [ErrorKey.${names[index]?.[0]}]: ${flask}`).join(',\n'),
    '}',
    ''
  ].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
