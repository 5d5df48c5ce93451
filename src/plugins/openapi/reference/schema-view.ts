import { html, type Content, type Markup } from '../../../core/index.ts'
import type { ReferenceTexts } from './texts.ts'

interface Node {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

/** Of more values than these the rest is left to the document. */
const shownValues = 12

/** Which members are marked: of what is sent those that must be there, of what is answered those that may be missing. */
export type Marked = 'required' | 'optional'

/** A schema as nested lists, with what a value must be and what it means. */
export function schemaView(schema: unknown, marked: Marked, text: ReferenceTexts): Markup {
  const node = Object(schema) as Node
  const members = inside(node, marked, text)
  return html`<div class="schema">${typeLine(node, text)} ${prose(node.description)}${members}</div>`
}

/** What a value must be, in one line. */
export function typeLine(node: Node, text: ReferenceTexts): Markup {
  if (node.$ref !== undefined) {
    const name = node.$ref.replace(/^.*\//, '')
    return html`<a href="#schema-${name}">${name}</a>`
  }
  const facts = [typeOf(node, text), ...boundsOf(node, text)].filter(fact => fact !== '')
  return html`<span class="type">${facts.join(' · ')}</span>${valuesOf(node, text)}`
}

/** A text of a schema. What stands in backticks is code. */
export function prose(text: string | undefined): Content {
  if (text === undefined) return undefined
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))
}

function inside(node: Node, marked: Marked, text: ReferenceTexts): Content {
  const { properties = {}, required = [], items } = node
  const choices = constantsOf(node) ? undefined : (node.anyOf ?? node.oneOf)
  if (choices)
    return html`<ul>
      ${choices.map(choice => html`<li>${schemaView(choice, marked, text)}</li>`)}
    </ul>`
  if (items) return inside(items, marked, text)
  const members = Object.entries(properties)
  if (members.length === 0) return undefined
  return html`<ul>
    ${members.map(
      ([name, member]) =>
        html`<li>
          <code>${name}</code> ${typeLine(member, text)}
          ${required.includes(name) === (marked === 'required') ? html`<b>${text[marked]}</b>` : undefined}
          ${prose(member.description)}${inside(member, marked, text)}
        </li>`
    )}
  </ul>`
}

function typeOf({ type, anyOf, oneOf, items, ...node }: Node, text: ReferenceTexts): string {
  if (anyOf ?? oneOf) return text.oneOf
  if (type === undefined) return node.enum || node.const !== undefined ? '' : text.anything
  const names = [type].flat().join(' | ')
  return items ? `${names} · ${typeOf(items, text)}` : names
}

function boundsOf(node: Node, text: ReferenceTexts): string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern, format } = node
  return [
    range(minimum, maximum, ''),
    range(minLength, maxLength, text.characters),
    range(minItems, maxItems, text.items),
    format ?? '',
    pattern === undefined ? '' : `/${pattern}/`,
    node.default === undefined ? '' : `${text.default} ${JSON.stringify(node.default)}`
  ]
}

function range(from: number | undefined, to: number | undefined, unit: string): string {
  if (from === undefined && to === undefined) return ''
  const bounds = from === to ? String(from) : `${from ?? ''}…${to ?? ''}`
  return `${bounds} ${unit}`.trim()
}

/** The values of a union that is nothing but values. */
function constantsOf({ anyOf = [] }: Node): readonly unknown[] | undefined {
  const values = anyOf.flatMap(choice =>
    choice.const === undefined ? (choice.enum ?? [undefined]) : [choice.const]
  )
  return values.length === 0 || values.includes(undefined) ? undefined : values
}

function valuesOf(node: Node, text: ReferenceTexts): Content {
  const values = node.const === undefined ? (node.enum ?? constantsOf(node) ?? []) : [node.const]
  const shown = values.slice(0, shownValues).map(value => html` <code>${JSON.stringify(value)}</code>`)
  return values.length > shownValues ? [shown, ` ${text.more(values.length - shownValues)}`] : shown
}
