/** What a file is served as. */
export interface ServedFile {
  readonly id: string
  readonly name: string
  readonly contentType: string
}

/** What browsers show or play by themselves, and no script can be in. Everything else is saved. */
const shown = /^(?:image|audio|video)\/(?!.*(?:xml|svg|html))/
const yearS = 31_536_000

/**
 * Headers of a file, whoever has uploaded it: it is shown only as a picture, a sound or a film, is nothing else to a
 * browser that would rather guess, and could do nothing if it were. It never changes.
 */
export function fileHeaders({ id, name, contentType }: ServedFile): Readonly<Record<string, string>> {
  const isShown = shown.test(contentType)
  return {
    'content-type': isShown ? contentType : 'application/octet-stream',
    'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename="${asciiOf(name)}"; filename*=UTF-8''${extended(name)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    // Pages of other origins show what their users were sent.
    'cross-origin-resource-policy': 'cross-origin',
    'accept-ranges': 'bytes',
    'cache-control': `public, max-age=${yearS}, immutable`,
    etag: entityTag(id)
  }
}

/** Strong: what an address gives never changes. */
export function entityTag(id: string): string {
  return `"${id}"`
}

/** Whether an `If-None-Match` names a file (RFC 9110 §13.1.2). */
export function isMatched(header: string | undefined, id: string): boolean {
  if (header === undefined) return false
  const tag = entityTag(id)
  return header.split(',').some(each => ['*', tag, `W/${tag}`].includes(each.trim()))
}

/** For those that read no `filename*`. */
function asciiOf(name: string): string {
  return name.replaceAll(/[^ !#$&+.0-9A-Z^_`a-z~()-]/g, '_')
}

/** `ext-value` of RFC 8187: encodeURIComponent leaves four characters that are none of it. */
function extended(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`
  )
}
