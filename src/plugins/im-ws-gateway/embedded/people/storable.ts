const unstorable = /\0|\p{Surrogate}/u
const all = new RegExp(unstorable, 'gu')

/** Whether a database can keep a text as it is: one without NUL and without half a surrogate pair. */
export function isStorable(text: string): boolean {
  return !unstorable.test(text)
}

/** A text that a database can keep, with U+FFFD for what it cannot: names that were cut amid an emoji, for example. */
export function storable(text: string): string {
  return isStorable(text) ? text : text.replace(all, '\uFFFD')
}
