/** An entry as it is stored and sent: with what was drawn for it at random and for the one before. */
export interface Message {
  readonly epoch: string
  readonly seq: number
  /** Tag of the entry before; {@link noTag} at the first. */
  readonly prev: string
  /** Tells two histories apart that give one sequence to different entries. */
  readonly tag: string
  readonly text: string
}

/** Stands for the tag of an entry where there is none. */
export const noTag = '-'

const head = /^([a-z2-7]{16}) (0|[1-9]\d{0,14}) (\S{1,20}) (\S{1,20}) /

/** `<epoch> <seq> <prev> <tag> <text>`. The scripts of the driver redis write the same. */
export function formatMessage({ epoch, seq, prev, tag, text }: Message): string {
  return `${epoch} ${seq} ${prev} ${tag} ${text}`
}

/** Reads a message; `undefined` for a text that is none. */
export function parseMessage(given: string): Message | undefined {
  const [whole = '', epoch = '', seq, prev = '', tag = ''] = head.exec(given) ?? []
  return whole === '' ? undefined : { epoch, seq: Number(seq), prev, tag, text: given.slice(whole.length) }
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567'

/** A name unlike all others: 5 random bits a letter. */
export function newName(random: (bytes: number) => Uint8Array, length: number): string {
  return Array.from(random(length), byte => letters[byte & 31]).join('')
}
