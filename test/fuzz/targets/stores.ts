import Sqlite from 'libsql'
import { bindable } from '../../../src/plugins/database/values.ts'
import { checkedBy, checkedLimit, lifetime } from '../../../src/plugins/state/arguments.ts'
import { attempt, holds, jsonIn, type Target } from '../target.ts'

const values: Target = {
  name: 'database-value',
  words: ['"\\u0000"', '"\\ud800"', '9007199254740992', '-9007199254740991', '1e308', '-0', '0.1'],
  cost: 2,
  prepare() {
    const sqlite = new Sqlite(':memory:')
    const statement = sqlite.prepare('select ? as value')
    return input => {
      const given = jsonIn(input.toString('utf8'))
      const all: unknown[] = Array.isArray(given) ? given.slice(0, 20) : [given]
      for (const value of [...all, input.toString('latin1'), Uint8Array.from(input)]) {
        const outcome = attempt(() => bindable(value), TypeError, RangeError)
        if ('refused' in outcome) {
          holds(outcome.refused.message.length < 160, 'an error quotes the value')
          continue
        }
        const row = statement.get([outcome.value]) as { value: unknown }
        const back = row.value instanceof Uint8Array ? Buffer.from(row.value) : row.value
        const same =
          value instanceof Uint8Array
            ? Buffer.from(value).equals(back as Buffer)
            : back === value || Object.is(back, value)
        holds(same || (value instanceof Uint8Array && value.length === 0), 'a value comes back changed')
      }
    }
  }
}

const state: Target = {
  name: 'state-arguments',
  words: ['1e308', '-1', '0.5', '9007199254740992', '10000', '10001'],
  prepare: () => input => {
    const number = Number(input.toString('latin1').trim())
    const ttl = attempt(() => lifetime(number), RangeError)
    if ('value' in ttl)
      holds(Number.isSafeInteger(ttl.value) && (ttl.value ?? 0) >= 1, 'a time to live is none')
    const limit = attempt(() => checkedLimit(number), RangeError)
    if ('value' in limit) holds(limit.value >= 1 && limit.value <= 10_000, 'a limit is out of bounds')
    const by = attempt(() => checkedBy(number), TypeError)
    if ('value' in by) holds(Number.isSafeInteger(by.value), 'a step is no whole number')
  }
}

export const stores: readonly Target[] = [values, state]
