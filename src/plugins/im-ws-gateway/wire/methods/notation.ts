/** Where one argument, or several, are read from. `json`: a JSON text, unless it is the value itself already. */
export type Item =
  | { readonly kind: 'value'; readonly to: string; readonly json: boolean }
  | { readonly kind: 'object'; readonly members: readonly Member[] }
  /** An object, or else the bare value. */
  | { readonly kind: 'either'; readonly value: ValueItem; readonly object: ObjectItem }

export type ValueItem = Extract<Item, { kind: 'value' }>
export type ObjectItem = Extract<Item, { kind: 'object' }>

/** A member of an object. `to`: the argument that it becomes; missing: its own members become arguments. */
export interface Member {
  /** Missing: all members, under their own names. */
  readonly from?: string
  readonly to?: string
  readonly json: boolean
}

/**
 * Reads how the tables write arguments down:
 *
 * - `userID` the value is the argument; `userIDList*` it is a JSON text that holds the argument
 * - `{groupID, userIDList*}` an object with these members; `{opt>value}` whose member `opt` becomes the argument `value`
 * - `{...}` an object whose members are the arguments; `{...groupInfo*, groupID}` likewise, of one of its members
 * - `toUserID|{toUserID, reqMsg}` an object, or else the bare value
 */
export function parseItem(text: string): Item {
  const bar = text.indexOf('|')
  if (bar >= 0)
    return {
      kind: 'either',
      value: parseValue(text.slice(0, bar)),
      object: parseObject(text.slice(bar + 1))
    }
  return text.startsWith('{') ? parseObject(text) : parseValue(text)
}

/** As {@link parseItem}, for positional arguments: `[groupID, userIDList*]`, in which every object is a JSON text. */
export function parseList(text: string): readonly Item[] {
  return split(text.slice(1, -1)).map(parseItem)
}

/** The arguments of `items`, by their names: what a 2.x client would write for a method of 3.x. */
export function asObject(items: readonly Item[]): Item {
  const values = items.map(item => (item.kind === 'either' ? item.value : item))
  return {
    kind: 'object',
    members: values.flatMap(item =>
      item.kind === 'object' ? item.members : [{ from: item.to, to: item.to, json: item.json }]
    )
  }
}

function parseValue(text: string): ValueItem {
  const json = text.endsWith('*')
  return { kind: 'value', to: json ? text.slice(0, -1) : text, json }
}

function parseObject(text: string): ObjectItem {
  const inside = text.slice(1, text.lastIndexOf('}'))
  return { kind: 'object', members: split(inside).map(parseMember) }
}

function parseMember(text: string): Member {
  if (text === '...') return { json: false }
  const json = text.endsWith('*')
  const name = json ? text.slice(0, -1) : text
  if (name.startsWith('...')) return { from: name.slice(3), json }
  const [from = '', to = from] = name.split('>')
  return { from, to, json }
}

/** The parts between commas that stand outside braces. */
function split(text: string): string[] {
  const parts = text.match(/(?:\{[^}]*\}|[^,{])+/g) ?? []
  return parts.map(part => part.trim()).filter(part => part !== '')
}
