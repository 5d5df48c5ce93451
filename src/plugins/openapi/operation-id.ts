/**
 * Makes an id out of a route: `GET /v1/orders/:id/items` of plugin `shop` is `shop.getV1OrdersByIdItems`. Two routes may have the
 * same.
 */
export function operationId(plugin: string, method: string, url: string): string {
  const names = withoutPatterns(url)
    .split(/\/|(?=[:*])/)
    .map(part => (part === '*' ? 'Rest' : part.startsWith(':') ? `By${nameOf(part)}` : nameOf(part)))
  return `${plugin}.${method.toLowerCase()}${names.join('') || 'Root'}`
}

/** The names of the parameters in the path of a route; `*` is one. */
export function pathParameters(url: string): string[] {
  return [...withoutPatterns(url).matchAll(/:(\w+)|\*/g)].map(([, name = '*']) => name)
}

/** A path without the patterns of its parameters, which stand in parentheses, and without colons that are none. */
function withoutPatterns(url: string): string {
  return url.replaceAll(/\((?:[^()]|\([^()]*\))*\)|::/g, '-')
}

/** `sign-batch.svg` is `SignBatchSvg`. */
function nameOf(part: string): string {
  const words = part.match(/[\p{L}\p{N}]+/gu) ?? []
  return words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
