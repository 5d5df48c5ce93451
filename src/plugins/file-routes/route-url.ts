const scripts = /\.[cm]?[jt]s$/
const declarations = /\.d\.[cm]?ts$/
const tests = /\.(?:test|spec)\.[cm]?[jt]s$/
const literal = /^[A-Za-z0-9_-]+$/
const parameter = /^\[(?<name>[A-Za-z][A-Za-z0-9_]*)\]$/

/** Whether a file or directory of this name has nothing to do with routes. */
export function isIgnored(name: string): boolean {
  return name.startsWith('_') || name.startsWith('.') || name === 'node_modules'
}

/** Whether a file of this name is to answer requests. Declarations of types and tests are not. */
export function isRouteFile(name: string): boolean {
  return !isIgnored(name) && scripts.test(name) && !declarations.test(name) && !tests.test(name)
}

/**
 * The path that a file answers at, as Fastify writes it: `a/[id].ts` is `/a/:id`, `a/index.ts` is `/a`.
 * @param file relative to the directory of the routes, its parts joined by `/`
 * @throws {TypeError} when a part of it cannot be part of a path
 */
export function urlOf(file: string): string {
  const parts = file.replace(scripts, '').split('/')
  if (parts.at(-1) === 'index') parts.pop()
  const names = new Set<string>()
  const segments = parts.map(part => {
    const name = parameter.exec(part)?.groups?.['name']
    if (name === undefined) {
      if (literal.test(part)) return part
      throw new TypeError(
        `'${part}' cannot be part of a path: letters, digits, - and _ can, and [name] for a parameter`
      )
    }
    if (names.has(name)) throw new TypeError(`two parameters are called '${name}'`)
    names.add(name)
    return `:${name}`
  })
  return `/${segments.join('/')}`
}
