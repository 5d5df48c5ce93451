// The lines that are printed, and what they are about.
import { isDeepStrictEqual } from 'node:util'

export const deadlineMs = 10_000

export const short = value => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text === undefined ? 'undefined' : text.length > 300 ? `${text.slice(0, 300)}…` : text
}

export const sorted = values => values.map(String).toSorted()

export const parse = text => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const typeName = value => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

// A shape is a type name, alternatives `a|b`, an object of shapes, or an array whose one entry is the shape of all.
export const mismatch = (value, shape, path = 'it') => {
  if (typeof shape === 'string') {
    const fits = shape.split('|').includes(typeName(value))
    return fits ? undefined : `${path} ${shape}, but ${short(value)}`
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return `${path} array, but ${short(value)}`
    return value.map((entry, i) => mismatch(entry, shape[0], `${path}[${i}]`)).find(Boolean)
  }
  if (typeName(value) !== 'object') return `${path} object, but ${short(value)}`
  const wrong = Object.entries(shape)
    .map(([key, part]) => mismatch(value[key], part, `${path}.${key}`))
    .filter(Boolean)
  return wrong.length > 0 ? wrong.slice(0, 6).join('; ') : undefined
}

export class Report {
  count = 0
  failed = 0
  called = new Set()
  seen = new Set()

  holds(sentence, condition, expected, came) {
    this.count += 1
    if (condition) return process.stdout.write(`ok  ${sentence}\n`)
    this.failed += 1
    return process.stdout.write(`FAIL ${sentence}: expected ${short(expected)}, came ${short(came)}\n`)
  }

  equal(sentence, came, expected) {
    this.holds(sentence, isDeepStrictEqual(came, expected), expected, came)
  }

  shape(sentence, value, shape) {
    const wrong = mismatch(value, shape)
    this.holds(sentence, wrong === undefined, 'the declared fields', wrong)
  }

  // Answers the response's data; parsed, where the sentence is about JSON.
  async resolves(sentence, promise) {
    try {
      const response = await within(promise, 'an answer')
      const wrong = mismatch(response, {
        event: 'string',
        errCode: 'number',
        errMsg: 'string',
        operationID: 'string'
      })
      this.holds(sentence, !wrong && response.errCode === 0, 'a WsResponse with errCode 0', wrong ?? response)
      return response.data
    } catch (error) {
      this.holds(sentence, false, 'an answer', error instanceof Error ? error.message : error)
      return undefined
    }
  }

  async json(sentence, promise, shape) {
    const data = await this.resolves(sentence, promise)
    const value = typeof data === 'string' ? parse(data) : undefined
    const wrong = value === undefined ? `data ${short(data)}` : mismatch(value, shape, 'data')
    this.holds(`${sentence}, with JSON as declared`, wrong === undefined, 'a JSON string as declared', wrong)
    return value ?? (Array.isArray(shape) ? [] : {})
  }

  async rejects(sentence, promise) {
    try {
      this.holds(sentence, false, 'a rejection', await within(promise, 'an answer'))
      return undefined
    } catch (error) {
      const wrong = mismatch(error, {
        event: 'string',
        errCode: 'number',
        errMsg: 'string',
        operationID: 'string'
      })
      this.holds(sentence, !wrong && error.errCode !== 0, 'a WsResponse with an errCode', wrong ?? error)
      return error
    }
  }

  // For what a gateway may refuse as not supported.
  async answered(method, promise) {
    const answer = await within(promise, 'an answer').catch(error => error)
    const fine =
      answer.errCode === 0 ? typeof answer.data === 'string' : answer.errCode > 0 && answer.errMsg !== ''
    this.holds(`${method} answers, or says why not`, fine, 'data or an errMsg', answer)
  }

  // Answers the parsed data of the first such event since the user was marked.
  async event(sentence, user, name, fits = () => true) {
    const found = await user.wait(name, fits)
    const others = user.events.slice(user.mark).map(event => event.name)
    const close = user.events.slice(user.mark).findLast(event => event.name === name)
    const came = close ? `${name} with ${short(close.raw)}` : `events ${others.join(' ') || '(none)'}`
    this.holds(sentence, found !== undefined, `${name} within ${deadlineMs} ms`, came)
    return found?.data
  }

  // Absence can be shown by waiting only: 400 ms.
  async silence(sentence, user, name, fits = () => true) {
    await new Promise(resolve => setTimeout(resolve, 400))
    const found = user.find(name, fits)
    this.holds(sentence, !found, `no ${name}`, found?.raw)
  }

  async section(name, run) {
    try {
      await run()
    } catch (error) {
      this.holds(`${name}: all of its checks were made`, false, 'no exception', error?.stack ?? error)
    }
  }

  end() {
    process.stdout.write(`${this.count} checks, ${this.failed} failed\n`)
    return this.failed > 0 ? 1 : 0
  }
}

export const within = async (promise, what, ms = 5000) => {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
