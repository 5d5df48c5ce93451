import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'

const directory = new URL('corpus/', import.meta.url)

/** An input that is kept. */
export interface Seed {
  readonly file: string
  readonly input: Buffer
}

/** All inputs that are kept for a target, in the order of their names. */
export function seedsOf(target: string): Seed[] {
  const place = new URL(`${target}/`, directory)
  if (!existsSync(place)) return []
  return readdirSync(place)
    .toSorted()
    .map(file => ({ file, input: readFileSync(new URL(file, place)) }))
}

/** The targets that have a corpus. */
export function corpora(): string[] {
  return readdirSync(directory).toSorted()
}

/** Keeps an input that was found, under a name that is that of its bytes. @returns the name of the file */
export function keep(target: string, input: Buffer): string {
  const place = new URL(`${target}/`, directory)
  mkdirSync(place, { recursive: true })
  const file = `found-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`
  writeFileSync(new URL(file, place), input)
  return file
}
