import type { TSchema } from 'typebox'
import { inputView, validate, type SettingProblem } from '../../core/index.ts'

type View = ReturnType<typeof inputView>
const views = new WeakMap<TSchema, View>()

/** Checks `value` as the kernel checks settings: fills in defaults, and lists what is wrong under `path`. */
export function checkAgainst(
  schema: TSchema,
  value: unknown,
  path: readonly string[]
): readonly SettingProblem[] {
  let view = views.get(schema)
  if (!view) views.set(schema, (view = inputView(schema)))
  return validate(view, value).map(({ path: inner, kind, text, candidates }) => {
    const at = { path: [...path, ...inner] }
    if (kind === 'missing') return { ...at, message: `${inner.join('.')} is missing` }
    if (kind === 'value') return { ...at, message: `${inner.join('.')} ${text}` }
    const hint = `known here: ${candidates.join(', ') || 'nothing'}`
    return { ...at, message: `nothing is called ${inner.at(-1)}`, hint }
  })
}
