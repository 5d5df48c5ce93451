import type { Message } from '../../model.ts'
import { storable } from '../people/storable.ts'

/** Characters of a message that it can be found by. */
const maxLength = 16_384

/** What a message is found by: its words, or the name of what it carries. Empty: nothing. */
export function textOf(message: Message): string {
  return storable(words(message).slice(0, maxLength)).toLowerCase()
}

function words(message: Message): string {
  const named = (elem: object | undefined, name: string): string => {
    const value = (elem as Record<string, unknown> | undefined)?.[name]
    return typeof value === 'string' ? value : ''
  }
  return [
    message.textElem?.content,
    message.atTextElem?.text,
    message.quoteElem?.text,
    message.advancedTextElem?.text,
    message.mergeElem?.title,
    message.locationElem?.description,
    message.customElem?.data,
    message.customElem?.description,
    named(message.fileElem, 'fileName'),
    named(message.cardElem, 'nickname')
  ]
    .filter(Boolean)
    .join('\n')
}
