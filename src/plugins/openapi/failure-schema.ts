import type { CatalogueEntry, RouteAnswers, Schema } from '../api-error/service.ts'

const description = '`GET /_errors` explains them.'

/** The schema of the failures of a dialect, with the codes of the catalogue where the dialect tells them apart by those. */
export function failureSchema(
  { dialect, failure }: RouteAnswers,
  catalogue: readonly CatalogueEntry[]
): Schema {
  if (dialect !== 'problem' && dialect !== 'flask') return failure
  const numbers = [...new Set(catalogue.map(({ flask }) => flask))].toSorted((a, b) => a - b)
  const number = { type: 'integer', enum: numbers, description }
  // Statuses that no RFC names have no entry of their own.
  const key = {
    type: 'string',
    anyOf: [{ enum: catalogue.map(entry => entry.key) }, { pattern: String.raw`^http\.\d{3}$` }],
    description
  }
  const codes: Readonly<Record<string, Schema>> =
    dialect === 'problem' ? { code: key, errorCode: number } : { code: number, error_code: number }
  const properties = Object(failure['properties']) as Readonly<Record<string, Schema>>
  const told = Object.entries(properties).map(([name, schema]) => [name, codes[name] ?? schema])
  return { ...failure, properties: Object.fromEntries(told) }
}
