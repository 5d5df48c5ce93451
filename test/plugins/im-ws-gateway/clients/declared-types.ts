import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { packageOf, type Version } from './packages.ts'

/** A type as a client's declarations have it. */
export type Declared =
  | { readonly kind: 'plain'; readonly name: string }
  | { readonly kind: 'list'; readonly of: Declared }
  | { readonly kind: 'fields'; readonly fields: ReadonlyMap<string, Field> }
  | { readonly kind: 'numbers'; readonly name: string; readonly values: ReadonlySet<number> }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Declared[] }

interface Field {
  readonly optional: boolean
  readonly type: Declared
}

const files: Readonly<Record<Version, readonly string[]>> = {
  '2.0.3': ['types/index.d.ts'],
  '2.3.0': ['types/index.d.ts'],
  '3.5.2': ['types/entity.d.ts', 'types/enum.d.ts']
}

/** The types that a client's package declares, by name. */
export function declarations(version: Version): ReadonlyMap<string, Declared> {
  const folder = dirname(createRequire(import.meta.url).resolve(packageOf[version]))
  const text = files[version].map(file => readFileSync(join(folder, file), 'utf8')).join('\n')
  return new Reader(text).declarations()
}

/** Reads one type, like `MessageItem[]`. */
export function typeOf(text: string): Declared {
  return new Reader(text).type()
}

/** The results of the methods of 3.5.2, as it declares them. */
export function declaredResults(): ReadonlyMap<string, string> {
  const folder = dirname(createRequire(import.meta.url).resolve(packageOf['3.5.2']))
  const texts = ['index', 'user', 'friend', 'group', 'message', 'conversation'].map(name => {
    return readFileSync(join(folder, `api/${name}.d.ts`), 'utf8')
  })
  const methods = texts.join('\n').matchAll(/^ {4}(\w+): \(.*\) => Promise<WsResponse<(.*)>>;$/gm)
  return new Map([...methods].map(([, name = '', result = '']) => [name, result]))
}

/** Of the grammar of TypeScript, what the packages' declarations of data use. */
class Reader {
  readonly #tokens: string[]
  #at = 0

  constructor(text: string) {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    this.#tokens = code.match(/[A-Za-z_$][\w$.]*|-?\d+|'[^']*'|"[^"]*"|=>|[^\s]/g) ?? []
  }

  declarations(): Map<string, Declared> {
    const found = new Map<string, Declared>()
    while (this.#at < this.#tokens.length) {
      const [word = '', name = ''] = this.#tokens.slice(this.#at, this.#at + 2)
      this.#at += 1
      if (word === 'enum') found.set(name, this.#enum())
      else if (word === 'interface' && !/[<]/.test(this.#tokens[this.#at + 1] ?? '')) {
        this.#at += 1
        found.set(name, this.type())
      } else if (word === 'type' && this.#tokens[this.#at + 1] === '=') {
        this.#at += 2
        found.set(name, this.type())
      }
    }
    return found
  }

  type(): Declared {
    this.#take('|')
    const any = [this.#intersection()]
    while (this.#take('|')) any.push(this.#intersection())
    return any.length === 1 && any[0] ? any[0] : { kind: 'any', of: any }
  }

  #intersection(): Declared {
    const all = [this.#postfix()]
    while (this.#take('&')) all.push(this.#postfix())
    return all.length === 1 && all[0] ? all[0] : { kind: 'all', of: all }
  }

  #postfix(): Declared {
    let type = this.#primary()
    while (this.#tokens[this.#at] === '[' && this.#tokens[this.#at + 1] === ']') {
      this.#at += 2
      type = { kind: 'list', of: type }
    }
    return type
  }

  #primary(): Declared {
    if (this.#take('{')) return this.#fields()
    if (this.#take('(')) return this.#inner()
    const name = this.#next()
    // Of what takes parameters there are partial inputs, which no result is made of.
    if (this.#tokens[this.#at] === '<') this.#skip()
    return { kind: 'plain', name }
  }

  /** What stands between parentheses: a type, or, where that makes none, the parameters of a function. */
  #inner(): Declared {
    const type = this.type()
    if (!this.#take(')')) this.#skip()
    return type
  }

  #fields(): Declared {
    const fields = new Map<string, Field>()
    while (!this.#take('}')) {
      const name = this.#next()
      const optional = this.#take('?')
      this.#take(':')
      fields.set(name, { optional, type: this.type() })
      if (!this.#take(';')) this.#take(',')
    }
    return { kind: 'fields', fields }
  }

  #enum(): Declared {
    const name = this.#next()
    const values = new Set<number>()
    let next = 0
    this.#take('{')
    while (!this.#take('}')) {
      this.#next()
      if (this.#take('=')) next = Number(this.#next())
      values.add(next++)
      this.#take(',')
    }
    return { kind: 'numbers', name, values }
  }

  #skip(): void {
    while (this.#at < this.#tokens.length && !/^[;}]$/.test(this.#tokens[this.#at] ?? '')) this.#at += 1
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at += 1
    return true
  }

  #next(): string {
    this.#at += 1
    return this.#tokens[this.#at - 1] ?? ''
  }
}
