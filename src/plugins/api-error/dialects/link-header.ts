/** One link of the header `Link` (RFC 8288). */
export interface Link {
  readonly url: string
  readonly rel: 'related' | 'prev' | 'next'
  readonly title?: string | undefined
}

/** Proxies commonly have 4 or 8 KiB for all headers of an answer. */
const maxBytes = 3_072
const separator = ', '

/**
 * Writes links, at most 3 KiB of ASCII: first come the links, as many as have room, then their titles, as long as there is
 * room for them.
 */
export function linkHeader(links: readonly Link[]): string {
  let room = maxBytes
  const fitting = links
    .map(({ url, rel, title }) => ({
      text: `<${reference(url)}>; rel="${rel}"`,
      title: titleParameter(title)
    }))
    .filter(({ text }) => {
      const fits = text.length + separator.length <= room
      if (fits) room -= text.length + separator.length
      return fits
    })
  return fitting
    .map(({ text, title }) => {
      if (title.length > room) return text
      room -= title.length
      return text + title
    })
    .join(separator)
}

/** A title in ASCII is a quoted string; any other is in UTF-8, as RFC 8187 encodes it. */
function titleParameter(title = ''): string {
  if (title === '') return ''
  if (/^[ -~]+$/.test(title)) return `; title="${title.replaceAll(/["\\]/g, String.raw`\$&`)}"`
  return `; title*=UTF-8''${percentEncode(title, /[^\w!#$&+.^`|~-]/gu)}`
}

/** Escapes what may not stand in a URI reference between `<` and `>`. */
function reference(url: string): string {
  return percentEncode(url, /[^!-~]|[<>"]/gu)
}

function percentEncode(text: string, pattern: RegExp): string {
  return text.replaceAll(pattern, character =>
    [...Buffer.from(character)].map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  )
}
