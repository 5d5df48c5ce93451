/** A place in the sequence of all events of a hub. */
export interface Position {
  /** Names one life of a hub: positions of another say nothing about this one. */
  readonly epoch: string
  readonly seq: number
}

const form = /^([a-z0-9]{8,32})-(0|[1-9]\d{0,14})$/

/** Reads an event id; `undefined` for a text that no hub has made. */
export function parsePosition(id: string): Position | undefined {
  const [, epoch, seq] = form.exec(id) ?? []
  return epoch !== undefined && seq !== undefined ? { epoch, seq: Number(seq) } : undefined
}

/** An event id, `<epoch>-<sequence>`: letters, digits and a hyphen, which is safe in headers and needs no preflight. */
export function formatPosition(epoch: string, seq: number): string {
  return `${epoch}-${seq}`
}

/** The name of a new life, unlike all others: 80 random bits in base 32. */
export function newEpoch(random: (bytes: number) => Uint8Array): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567'
  return Array.from(random(16), byte => letters[byte & 31]).join('')
}
