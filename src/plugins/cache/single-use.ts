/**
 * Refuses what only one reader could have: streams and Responses. A Node stream is destroyed.
 * @throws {TypeError}
 */
export function refuseSingleUse(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const isStream = isCallable(value, 'pipe') || isCallable(value, 'getReader')
  if (!isStream && Object.prototype.toString.call(value) !== '[object Response]') return
  if ('destroy' in value && typeof value.destroy === 'function') value.destroy()
  throw new TypeError('A stream or a Response cannot be cached: return what is in it')
}

function isCallable(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === 'function'
}
