/**
 * Replaces references that lead nowhere, such as those to a schema that nobody has added, by schemas that any value fits, so that
 * tools can read the rest. Changes `document`.
 * @returns the references
 */
export function replaceLostReferences(document: unknown): string[] {
  const lost: string[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { $ref: reference } = node as { $ref?: unknown }
    if (typeof reference === 'string' && !leadsSomewhere(document, reference)) {
      lost.push(reference)
      Reflect.deleteProperty(node, '$ref')
    }
    for (const member of Object.values(node)) visit(member)
  }
  visit(document)
  return lost
}

function leadsSomewhere(document: unknown, reference: string): boolean {
  if (!reference.startsWith('#/')) return false
  let node: unknown = document
  for (const token of reference.slice(2).split('/')) {
    const name = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return false
    node = (node as Readonly<Record<string, unknown>>)[name]
  }
  return true
}
