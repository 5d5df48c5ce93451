/**
 * The id of an endpoint made of its method and path: `GET /v1/order/:id` is `v1.order+get_by_id`, `POST /v1/order` is
 * `v1.order+post`, `GET /card/detail` is `card+get_detail`. The first part counts as the version when it looks like one.
 */
export function endpointId(method: string, url: string): string {
  const parts = url.split('/').filter(part => part !== '')
  const version = /^v\d+$/.test(parts[0] ?? '') ? `${parts.shift()}.` : ''
  const [first, ...rest] = parts.map(wordOf)
  return `${version}${first ?? 'root'}+${[method.toLowerCase(), ...rest].join('_')}`
}

function wordOf(part: string): string {
  if (part === '*') return 'any'
  const word = part
    .replaceAll(/\(.*?\)/g, '')
    .replaceAll('?', '')
    .replaceAll(/[^A-Za-z0-9_:-]/g, '_')
  return word.startsWith(':') ? `by_${word.slice(1).replaceAll(':', '_')}` : word.replaceAll(':', '_')
}

/** Whether a text can be the id of an endpoint. */
export function isEndpointId(text: string): boolean {
  return /^([A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+\+[A-Za-z0-9_-]+$/.test(text)
}
