import { createHash } from 'node:crypto'

/** Something that must not be found, under a name that may be printed. */
export interface Secret {
  readonly name: string
  readonly value: string | Buffer
  /** So few possible values that a hash without a key gives it away. */
  readonly guessable?: boolean
}

/** The secrets that bytes hold, as `name (form)`. */
export function secretsIn(bytes: Buffer, secrets: readonly Secret[]): string[] {
  // Hex is searched in lower case: nothing else that is found that way is worse.
  const lower = Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1')
  const names = secrets.flatMap(secret => {
    const found = formsOf(secret).filter(({ needle, form }) =>
      (form.endsWith('hex') ? lower : bytes).includes(needle)
    )
    return found.map(({ form }) => `${secret.name} (${form})`)
  })
  return [...new Set(names)]
}

interface Form {
  readonly form: string
  readonly needle: Buffer
}

const forms = new WeakMap<Secret, readonly Form[]>()

function formsOf(secret: Secret): readonly Form[] {
  const known = forms.get(secret) ?? makeForms(secret)
  forms.set(secret, known)
  return known
}

function makeForms({ value, guessable = false }: Secret): Form[] {
  const raw = typeof value === 'string' ? Buffer.from(value) : value
  const algorithms = guessable ? ['md5', 'sha1', 'sha256'] : []
  return [
    { form: 'text', needle: raw },
    ...(typeof value === 'string' ? writings(value) : []),
    ...encodings('', raw),
    ...algorithms.flatMap(algorithm => {
      const digest = createHash(algorithm).update(raw).digest()
      return [{ form: algorithm, needle: digest }, ...encodings(`${algorithm}, `, digest)]
    })
  ]
}

function writings(text: string): Form[] {
  const escaped = text.replaceAll(/[^ -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return [
    { form: 'UTF-16', needle: Buffer.from(text, 'utf16le') },
    { form: 'UTF-16, big-endian', needle: Buffer.from(text, 'utf16le').swap16() },
    { form: 'percent-encoded', needle: Buffer.from(encodeURIComponent(text)) },
    { form: 'JSON', needle: Buffer.from(escaped) }
  ]
}

/** Hex, and base64 wherever the bytes begin within a longer text. */
function encodings(prefix: string, bytes: Buffer): Form[] {
  const shifted = [0, 1, 2].map(shift => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=*$/, '')
    // What shares a character with its neighbours is theirs as much.
    const whole = text.slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + bytes.length) * 4) / 3))
    return Buffer.from(whole)
  })
  const url = shifted.map(needle => Buffer.from(needle.toString().replaceAll('+', '-').replaceAll('/', '_')))
  return [
    { form: `${prefix}hex`, needle: Buffer.from(bytes.toString('hex')) },
    ...[...shifted, ...url].map(needle => ({ form: `${prefix}base64`, needle }))
  ]
}
