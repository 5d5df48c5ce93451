/** What a module exports, by name. */
export type Exports = Readonly<Record<string, unknown>>

/** Marks of transpilers and of Node, which are no exports. */
const marks = new Set(['__esModule', 'module.exports'])

/**
 * What a file exports, whatever kind of module it is: for CommonJS, whose `module.exports` Node gives as `default` besides
 * whatever names it finds in the source, the members of `module.exports`.
 */
export function exportsOf(module: Exports): Exports {
  const named = withoutMarks(module)
  const whole = named['default']
  if (!isObject(whole)) return named
  if (whole['__esModule'] === true) return withoutMarks(whole)
  const { default: _, ...others } = named
  if (isObject(whole['route'])) return { ...others, ...withoutMarks(whole) }
  const names = Object.keys(others)
  // Node finds names that are none now and then; those are undefined on both sides.
  const isCommonJs = 'module.exports' in module || names.some(name => name in whole)
  return isCommonJs && names.every(name => others[name] === whole[name]) ? { default: whole } : named
}

/** Whether something can be an object with routes: no list, no function. */
export function isObject(value: unknown): value is Exports {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutMarks(exported: Exports): Exports {
  return Object.fromEntries(Object.entries(exported).filter(([name]) => !marks.has(name)))
}
