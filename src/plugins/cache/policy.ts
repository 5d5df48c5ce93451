import { durationMs } from './duration.ts'
import { presets } from './presets.ts'
import type { CachePolicy, CachePolicyOptions, CachePreset } from './service.ts'
import { tagFault } from './tag.ts'

/** A policy in milliseconds, with nothing left to decide. */
export interface Policy {
  /** As it was written, for people. */
  readonly text: string
  /** Nothing is cached. */
  readonly off: boolean
  readonly ttlMs: number
  readonly lazy: boolean
  readonly graceMs: number
  readonly waitMs: number
  readonly timeoutMs: number
  readonly retryAfterMs: number
  /** 0–0.5 */
  readonly jitter: number
  /** 0–10 */
  readonly early: number
  readonly tags: readonly string[]
  /** 0: transient failures are not remembered. */
  readonly negativeMs: number
  readonly swrErrors: boolean
  readonly anyMethod: boolean
}

/** What policies are read with. */
export interface PolicyDefaults {
  /** Shorter times to live are raised to it. */
  readonly minTtlMs: number
  readonly timeoutMs: number
  readonly preset: CachePreset
}

const second = 1_000
const hour = 3_600 * second
const day = 24 * hour
const maxTags = 16
const lazyAlone = '5s'

const known = new Set<string>([
  'ttl',
  'lazy',
  'grace',
  'wait',
  'timeout',
  'retryAfter',
  'jitter',
  'early',
  'tags',
  'negative',
  'swrErrors',
  'anyMethod',
  'preset'
] satisfies (keyof CachePolicyOptions)[])

/**
 * Reads a policy.
 * @throws {TypeError} saying which one and what is wrong with it
 */
export function readPolicy(input: CachePolicy, defaults: PolicyDefaults): Policy {
  const text = textOf(input)
  try {
    if (typeof input === 'string') return policyOf({ ttl: input }, text, defaults)
    if (typeof input !== 'object' || input === null) throw new TypeError('neither a text nor an object')
    const unknown = Object.keys(input).find(key => !known.has(key))
    if (unknown !== undefined) throw new TypeError(`there is no '${unknown}', but ${[...known].join(', ')}`)
    return policyOf(input, text, defaults)
  } catch (error) {
    throw new TypeError(`Cache policy ${text}: ${(error as Error).message}`, { cause: error })
  }
}

function policyOf(options: CachePolicyOptions, text: string, defaults: PolicyDefaults): Policy {
  const { jitter = 0.1, early = 0, tags = [], anyMethod = false, preset = defaults.preset } = options
  if (!Object.hasOwn(presets, preset))
    throw new TypeError(`there is no preset '${preset}', but ${Object.keys(presets).join(', ')}`)
  const { swrErrors = presets[preset].swrErrors } = options
  const { givenMs, plus } = timeToLive(options.ttl)
  const lazy = options.lazy ?? plus
  if (plus && !lazy) throw new TypeError("'+' and lazy: false contradict each other")
  for (const [name, value] of Object.entries({ lazy, swrErrors, anyMethod }))
    if (typeof value !== 'boolean') throw new TypeError(`${name} is true or false`)
  const off = givenMs === 0
  if (off && lazy) throw new TypeError('a lazy policy needs a time')
  const ttlMs = off ? 0 : Math.max(givenMs, defaults.minTtlMs)
  const timeoutMs = within('timeout', options.timeout ?? defaults.timeoutMs, 100, 600 * second)
  return Object.freeze({
    text,
    off,
    ttlMs,
    lazy,
    graceMs: within('grace', options.grace ?? Math.min(Math.max(10 * ttlMs, hour), 7 * day), 0, 7 * day),
    waitMs: within('wait', options.wait ?? Math.min(presets[preset].waitMs, timeoutMs), 0, timeoutMs),
    timeoutMs,
    retryAfterMs: within('retryAfter', options.retryAfter ?? 10 * second, 0, hour),
    jitter: numberWithin('jitter', jitter, 0.5),
    early: numberWithin('early', early, 10),
    tags: checkedTags(tags),
    negativeMs: within('negative', options.negative ?? 0, 0, hour),
    swrErrors,
    anyMethod
  })
}

/** Milliseconds before any minimum, and whether there is a `+`. */
function timeToLive(ttl: unknown): { readonly givenMs: number; readonly plus: boolean } {
  if (typeof ttl === 'number') return { givenMs: durationMs(ttl), plus: false }
  if (typeof ttl !== 'string') throw new TypeError('ttl is a time')
  if (ttl === 'off' || ttl === '0') return { givenMs: 0, plus: false }
  if (ttl === '') throw new TypeError('says no time')
  const plus = ttl.endsWith('+')
  const time = plus ? ttl.slice(0, -1) : ttl
  const ms = durationMs(time === '' ? lazyAlone : time)
  // Less than half a millisecond is short, but not nothing.
  return { givenMs: ms === 0 && /[1-9]/.test(time) ? 1 : ms, plus }
}

function within(name: string, written: unknown, leastMs: number, mostMs: number): number {
  const ms = durationMs(written)
  if (ms < leastMs || ms > mostMs)
    throw new TypeError(`${name} is from ${leastMs} to ${mostMs} ms; got ${ms}`)
  return ms
}

function numberWithin(name: string, value: unknown, most: number): number {
  if (typeof value === 'number' && value >= 0 && value <= most) return value
  throw new TypeError(`${name} is a number from 0 to ${most}; got ${String(value)}`)
}

/**
 * Tags that fit in number and form.
 * @throws {TypeError} naming the one that does not
 */
export function checkedTags(tags: unknown): readonly string[] {
  if (!Array.isArray(tags) || tags.length > maxTags)
    throw new TypeError(`tags are a list of at most ${maxTags}`)
  const fault = tags.map(tagFault).find(each => each !== undefined)
  if (fault !== undefined) throw new TypeError(fault)
  return Object.freeze([...new Set<string>(tags)])
}

/** A policy as it was written, cut to a length for messages. */
function textOf(input: unknown): string {
  const text = typeof input === 'string' ? `'${input}'` : (JSON.stringify(input) ?? typeof input)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
