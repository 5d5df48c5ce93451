import { posix } from 'node:path'

/** A path without query, the trailing `/` or `/index` stripped; that of the root is empty. */
export function baseOf(path: string): string {
  return path.replace(/[?#].*$/s, '').replace(/\/(?:index)?$/, '')
}

/** Whether a path belongs to another host, or to no host at all. */
export function isForeign(path: string): boolean {
  return /^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(path)
}

/**
 * What `path` means to who is at `base`: absolute ones are kept, relative ones (`x`, `./x`, `../x`) are below it, as if it were a
 * directory. A query stays at the end.
 */
export function resolvePath(base: string, path: string): string {
  if (path.startsWith('/') || isForeign(path)) return path
  const end = path.search(/[?#]/)
  const [name, rest] = end === -1 ? [path, ''] : [path.slice(0, end), path.slice(end)]
  // From the root, so that no directory of this process gets in.
  return posix.resolve('/', base, name) + rest
}

/**
 * The path of a route with the parameters of a request in it: `/orders/:id` becomes `/orders/7`. `undefined` where the request has
 * none of a name, and for wildcards and patterns.
 */
export function fillPath(pattern: string, params: unknown): string | undefined {
  if (isForeign(pattern) || !/[:*]/.test(pattern)) return pattern
  const filled = pattern.split('/').map(segment => {
    if (!/[:*]/.test(segment)) return segment
    const [, name = ''] = /^:(\w+)$/.exec(segment) ?? []
    const value: unknown = Object.hasOwn(Object(params), name) ? Object(params)[name] : undefined
    const isText = typeof value === 'string' || typeof value === 'number'
    // Clients take dots for steps.
    return isText && !/^\.{0,2}$/.test(String(value)) ? encodeURIComponent(value) : undefined
  })
  return filled.includes(undefined) ? undefined : filled.join('/')
}
