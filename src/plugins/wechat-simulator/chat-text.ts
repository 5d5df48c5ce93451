/** A piece of a message as the phone shows it. */
export interface ChatPiece {
  readonly text: string
  /** It opens a page. */
  readonly href?: string
  /** A tap on it says this in the user's name. */
  readonly says?: string
  /** Comes with what is said. */
  readonly menuId?: string
}

const link = /<a\s([^<>]*)>([^<>]*)<\/a>/gi
const menu = /^weixin:\/\/bizmsgmenu\?(.*)$/i

/** Takes a reply apart into text and links. Other tags stay text, and so do links that the phone cannot follow. */
export function chatPieces(text: string): readonly ChatPiece[] {
  const pieces: ChatPiece[] = []
  let from = 0
  for (const match of text.matchAll(link)) {
    const target = targetOf(match[1] ?? '')
    if (!target) continue
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) })
    pieces.push({ text: match[2] ?? '', ...target })
    from = match.index + match[0].length
  }
  if (from < text.length) pieces.push({ text: text.slice(from) })
  return pieces
}

function targetOf(attributes: string): Omit<ChatPiece, 'text'> | undefined {
  const found = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes)
  const href = (found?.[1] ?? found?.[2] ?? '').replaceAll('&amp;', '&')
  if (/^https?:\/\//i.test(href)) return { href }
  const query = menu.exec(href)?.[1]
  if (query === undefined) return undefined
  const fields = new URLSearchParams(query)
  const [says, menuId] = [fields.get('msgmenucontent'), fields.get('msgmenuid')]
  return says ? { says, ...(menuId && { menuId }) } : undefined
}
