import { allowedValues, type SchemaNode } from '../settings/schema.ts'

/** The type of a setting and its bounds in words: `integer, 0 to 65535`. */
export function typeText(node: SchemaNode): string {
  const choices = allowedValues(node)
  if (choices) return choices.join(' | ')
  if (node.anyOf) return node.anyOf.map(typeText).join(' or ')
  if (node.type === 'array') return `list of ${typeText(node.items ?? {})}`
  const { minimum, maximum, minLength } = node as Record<string, number | undefined>
  const range =
    minimum === undefined ? '' : maximum === undefined ? `at least ${minimum}` : `${minimum} to ${maximum}`
  const length = minLength && minLength > 1 ? `at least ${minLength} characters` : ''
  return [String(node.type ?? 'any'), range, length].filter(text => text !== '').join(', ')
}
