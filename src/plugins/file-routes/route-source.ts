import type { FastifyContextConfig, FastifySchema } from 'fastify'
import { exportsOf, isObject, type Exports } from './module-exports.ts'
import { routeMethods, type RouteFunction, type RouteMethod } from './service.ts'

/** What a file says of one of its methods. */
export interface MethodSource {
  readonly run: RouteFunction
  readonly meta: string | undefined
  readonly schema: FastifySchema | undefined
  readonly config: FastifyContextConfig
}

/** What a route object has besides its methods, for the contexts of its functions. */
export interface OwnMembers {
  readonly object: Exports
  readonly names: readonly string[]
}

/** What a file says. */
export interface RouteSource {
  readonly methods: ReadonlyMap<RouteMethod, MethodSource>
  readonly members: OwnMembers
}

const optionNames = ['meta', 'schema', 'config', 'related'] as const
type Options = Partial<Record<(typeof optionNames)[number], unknown>>

const forms =
  'a file exports functions called get, post, put, patch or delete (`export { del as delete }`), or an object of them as default, as `route`, or as `module.exports`'

/** Names that are nearly right. */
const advice = new Map([
  ['del', 'write `export { del as delete }`'],
  ['head', '`get` answers HEAD'],
  ['options', 'the plugin cors answers OPTIONS']
])

/**
 * Reads what a module of a route file exports.
 * @throws {AggregateError} with all that is wrong with it
 */
export function sourceOf(module: Exports): RouteSource {
  const faults: string[] = []
  const exported = exportsOf(module)
  const { holder, object } = formOf(exported, faults)
  const functions = functionsOf(holder, faults)
  const options = optionsOf(exported, object, faults)
  const names = [...functions.keys()]
  const meta = perMethod('meta', options.meta, names, isText, faults)
  const schema = perMethod('schema', options.schema, names, isObject, faults)
  const config = configsOf(options, names, faults)
  const members = { object: object ?? {}, names: Object.keys(object ?? {}).filter(name => !isReserved(name)) }
  if (faults.length > 0)
    throw new AggregateError(
      faults.map(text => new TypeError(text)),
      faults.join('; ')
    )
  const methods = [...functions].map(([method, run]) => {
    const text = meta.get(method) as string | undefined
    const one = schema.get(method) as FastifySchema | undefined
    return [method, { run, meta: text, schema: one, config: config(method) }] as const
  })
  return { methods: new Map(methods), members }
}

/** The one form that a file may have, and where its functions are. */
function formOf(
  exported: Exports,
  faults: string[]
): { readonly holder: Exports; readonly object?: Exports } {
  const named = routeMethods.filter(method => method in exported)
  const found = [named.join(', '), ...['default', 'route'].filter(name => name in exported)].filter(Boolean)
  if (found.length > 1) faults.push(`exports ${found.join(' and ')}: one of the forms, please; ${forms}`)
  if (named.length > 0 || found.length === 0) return { holder: exported }
  const object = exported[found[0] as string]
  if (isObject(object)) return { holder: object, object }
  faults.push(`what it exports as ${found[0]} is no object with functions`)
  return { holder: {} }
}

function functionsOf(holder: Exports, faults: string[]): ReadonlyMap<RouteMethod, RouteFunction> {
  const present = routeMethods.filter(method => method in holder)
  for (const method of present)
    if (typeof holder[method] !== 'function') faults.push(`its ${method} is no function`)
  for (const name of Object.keys(holder)) {
    const lower = name.toLowerCase()
    const isMethod = lower !== name && routeMethods.some(method => method === lower)
    const hint = isMethod ? `write ${lower}` : advice.get(lower)
    if (hint && typeof holder[name] === 'function')
      faults.push(`it exports ${name}, which is no method here: ${hint}`)
  }
  if (present.length === 0 && faults.length === 0) faults.push(`it exports no method: ${forms}`)
  return new Map(present.map(method => [method, holder[method] as RouteFunction]))
}

/** Those beside the functions, and those in a route object. */
function optionsOf(exported: Exports, object: Exports | undefined, faults: string[]): Options {
  const options: Options = {}
  for (const name of optionNames) {
    if (object && exported[name] !== undefined && object[name] !== undefined)
      faults.push(`it has ${name} twice: beside its functions and among them`)
    options[name] = exported[name] ?? object?.[name]
  }
  return options
}

function perMethod(
  name: string,
  given: unknown,
  methods: readonly RouteMethod[],
  fits: (value: unknown) => boolean,
  faults: string[]
): ReadonlyMap<string, unknown> {
  if (given === undefined) return new Map()
  if (!isObject(given)) {
    faults.push(`its ${name} is no object with an entry for each method`)
    return new Map()
  }
  for (const [method, value] of Object.entries(given)) {
    if (!methods.some(each => each === method))
      faults.push(`its ${name} has an entry '${method}', and there is no function of that name`)
    else if (!fits(value)) faults.push(`what its ${name} has for ${method} is nothing that can be used`)
  }
  return new Map(Object.entries(given))
}

/** The options of each route: those for all methods, below those for its own. */
function configsOf(
  { config, related, meta }: Options,
  methods: readonly RouteMethod[],
  faults: string[]
): (method: RouteMethod) => FastifyContextConfig {
  if (config !== undefined && !isObject(config)) faults.push('its config is no object')
  const given = isObject(config) ? config : {}
  const own = Object.fromEntries(Object.entries(given).filter(([name]) => isMethodName(name)))
  perMethod('config', own, methods, isObject, faults)
  const common = Object.fromEntries(Object.entries(given).filter(([name]) => !isMethodName(name)))
  for (const name of ['meta', 'related'])
    if (name in given) faults.push(`its config has ${name}, which is an export of its own`)
  return method => {
    const { cache, ...others } = common
    const text = isObject(meta) ? meta[method] : undefined
    return {
      ...others,
      // Nothing else than GET is cached, and a file with a cache for it may well have other methods.
      ...(cache !== undefined && (method === 'get' || !methods.includes('get')) && { cache }),
      ...(related !== undefined && { related }),
      ...(text !== undefined && { meta: text }),
      ...(own[method] as object | undefined)
    } as FastifyContextConfig
  }
}

function isMethodName(name: string): boolean {
  return routeMethods.some(method => method === name)
}

function isReserved(name: string): boolean {
  return isMethodName(name) || optionNames.some(option => option === name)
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}
