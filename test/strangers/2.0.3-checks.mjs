// Checks and their count. What an object must look like is read from the declarations of the client, its types/index.d.ts.
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { CbEvents, OpenIMSDK } from 'oim203'

export const tally = {
  checks: 0,
  failed: 0,
  methods: new Set(),
  answered: new Set(),
  events: new Set(),
  unsound: []
}

const show = value => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

/** Prints a check; `expected` and `came` are told when it fails. */
export function check(sentence, holds, expected, came) {
  tally.checks += 1
  if (holds) return process.stdout.write(`ok  ${sentence}\n`)
  tally.failed += 1
  return process.stdout.write(`FAIL ${sentence}: expected ${show(expected)}, came ${show(came)}\n`)
}

export function same(sentence, came, expected) {
  check(sentence, isDeepStrictEqual(came, expected), expected, came)
}

/** Checks that `came` has at least the fields of `expected`, with these values. */
export function has(sentence, came, expected) {
  const fields = Object.fromEntries(Object.keys(expected).map(key => [key, came?.[key]]))
  check(sentence, isDeepStrictEqual(fields, expected), expected, came === undefined ? 'nothing' : fields)
}

/** Names in an order of their own, for lists whose order is not documented. */
export const byName = names => names?.toSorted((one, other) => (one < other ? -1 : 1))

/** Runs a part of a program; what it throws is a failed check, and the next part runs all the same. */
export async function part(name, run) {
  try {
    await run()
  } catch (error) {
    check(`${name}: goes through to its end`, false, 'no exception', error?.stack ?? error)
  }
}

/** Says which methods and events were met, and how many checks failed; returns the exit code. */
export function summary() {
  same('every event is a WsResponse, with its own event, errCode 0 and data as a string', tally.unsound, [])
  const instance = new OpenIMSDK()
  const own = Object.keys(instance).filter(
    key => typeof instance[key] === 'function' && !['wsSend'].includes(key)
  )
  const methods = [...own, 'login', 'logout', 'on', 'off']
  const list = (all, met) => {
    const missing = all.filter(name => !met.has(name))
    return `${all.length - missing.length} of ${all.length}${missing.length > 0 ? `, not ${missing.join(' ')}` : ''}`
  }
  process.stdout.write(`methods called: ${list(methods, tally.methods)}\n`)
  process.stdout.write(`events seen: ${list(Object.values(CbEvents), tally.events)}\n`)
  process.stdout.write(`${tally.checks} checks, ${tally.failed} failed\n`)
  return tally.failed > 0 ? 1 : 0
}

const declarations = readFileSync(new URL('types/index.d.ts', import.meta.resolve('oim203')), 'utf8')
const enums = new Map()
const types = new Map()
for (const [, name, body] of declarations.matchAll(/export enum (\w+) \{([^}]*)\}/g)) {
  enums.set(
    name,
    [...body.matchAll(/=\s*(\d+)/g)].map(match => Number(match[1]))
  )
}
for (const [, name, body] of declarations.matchAll(/export type (\w+) = \{([^}]*)\}/g)) {
  types.set(
    name,
    [...body.matchAll(/(\w+)(\??): ([^;]+);/g)].map(([, field, optional, type]) => ({
      field,
      optional: optional === '?',
      type
    }))
  )
}
// js_v2/sdk_integrate/struct.md: these are null in messages of another kind.
const nullable = new Set(['atUserList', 'abstractList', 'multiMessage', 'quoteMessage'])

function mismatches(value, type, path) {
  if (type.endsWith(' | null')) return value === null ? [] : mismatches(value, type.slice(0, -7), path)
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${path} is ${show(value)}, not ${type}`]
    return value.flatMap((item, index) => mismatches(item, type.slice(0, -2), `${path}[${index}]`))
  }
  if (enums.has(type))
    return enums.get(type).includes(value) ? [] : [`${path} is ${show(value)}, not a ${type}`]
  if (!types.has(type))
    return typeof value === type || type === 'any' ? [] : [`${path} is ${show(value)}, not a ${type}`]
  if (typeof value !== 'object' || value === null) return [`${path} is ${show(value)}, not a ${type}`]
  return types
    .get(type)
    .filter(({ field, optional }) => !(optional && value[field] === undefined))
    .filter(({ field }) => !(nullable.has(field) && value[field] === null))
    .flatMap(({ field, type: fieldType }) => mismatches(value[field], fieldType, `${path}.${field}`))
}

/** Checks that a value has the declared type, such as `GroupItem` or `MessageItem[]`. */
export function typed(sentence, value, type) {
  const wrong = mismatches(value, type, type.replace('[]', ''))
  const nothing = type.endsWith('[]') && value?.length === 0
  check(
    sentence,
    wrong.length === 0 && !nothing,
    `a ${type} as declared`,
    nothing ? 'an empty list' : wrong.slice(0, 6).join('; ')
  )
}
