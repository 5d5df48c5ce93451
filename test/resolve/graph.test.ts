import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../src/resolve/entry.ts'
import { order } from '../../src/resolve/graph.ts'

interface Shape {
  readonly needs?: readonly string[]
  readonly optional?: readonly string[]
  readonly provides?: string
  readonly global?: boolean
  readonly name?: string
  readonly dependencies?: readonly string[]
}

function entry(id: string, shape: Shape = {}): Entry {
  const { needs = [], optional = [], provides, global = false, name = id, dependencies = [] } = shape
  return {
    id,
    name,
    plugin: async () => {},
    meta: undefined,
    version: undefined,
    global,
    provides,
    needs: [
      ...needs.map(service => ({ service, optional: false })),
      ...optional.map(service => ({ service, optional: true }))
    ],
    dependencies,
    settings: {}
  }
}

function solve(shapes: Readonly<Record<string, Shape>>, excused: readonly string[] = [], available = {}) {
  const entries = Object.entries(shapes).map(([id, shape]) => entry(id, shape))
  const result = order(entries, name => excused.includes(name), new Map(Object.entries(available)))
  return { order: result.ordered.map(({ id }) => id).join(' '), problems: result.problems }
}

describe('order', () => {
  test('is that of the configuration where nothing speaks against it', () => {
    expect(solve({ c: {}, a: {}, b: {} })).toEqual({ order: 'c a b', problems: [] })
  })

  test('puts providers before those who need them, along whole chains', () => {
    const shapes = { a: { needs: ['b'] }, b: { provides: 'b', needs: ['c'] }, c: { provides: 'c' } }
    expect(solve(shapes).order).toBe('c b a')
  })

  test('respects an optional need that something provides, and ignores one that nothing does', () => {
    expect(solve({ a: { optional: ['b', 'x'] }, b: { provides: 'b' } })).toEqual({
      order: 'b a',
      problems: []
    })
  })

  test('starts global plugins first, in their order', () => {
    expect(solve({ a: {}, g: { global: true }, b: {}, h: { global: true } }).order).toBe('g h a b')
  })

  test('starts a global plugin before all private ones but its own provider', () => {
    const shapes = { a: {}, g: { global: true, needs: ['p'] }, b: {}, p: { provides: 'p' } }
    expect(solve(shapes).order).toBe('p g a b')
  })

  test('starts a global plugin that needs only global ones before one that needs a private one', () => {
    const shapes = {
      p: { provides: 'p' },
      g: { global: true, needs: ['p'] },
      h: { global: true, needs: ['i'] },
      i: { global: true, provides: 'i' }
    }
    expect(solve(shapes).order).toBe('i h p g')
  })

  test('follows the dependencies of foreign plugins, by the names they have for each other', () => {
    const shapes = { a: { dependencies: ['@scope/b'] }, b: { name: '@scope/b' } }
    expect(solve(shapes)).toEqual({ order: 'b a', problems: [] })
  })
})

describe('problems', () => {
  test('a missing service tells which known plugin provides it', () => {
    const { problems } = solve({ a: { needs: ['cache', 'other'] } }, [], { cache: 'cache-memory' })
    expect(problems).toMatchObject([
      {
        code: 'SERVICE_MISSING',
        where: 'plugins.a',
        message: "needs the service 'cache'",
        hint: '`cache-memory` provides it: add `cache-memory: true` under plugins'
      },
      { message: "needs the service 'other'", hint: 'no known plugin provides it: name one with `use`' }
    ])
  })

  test('what a faulty entry may provide is not missing', () => {
    expect(solve({ a: { needs: ['cache'], dependencies: ['plug'] } }, ['cache', 'plug']).problems).toEqual([])
  })

  test('a foreign plugin may miss another', () => {
    expect(solve({ a: { dependencies: ['b'] } }).problems).toMatchObject([
      { code: 'SERVICE_MISSING', where: 'plugins.a', message: "needs the plugin 'b'" }
    ])
  })

  test('two providers of a service are a conflict, and tell how to end it', () => {
    const { problems } = solve({ a: { provides: 'x' }, b: { provides: 'x' }, c: { needs: ['x'] } })
    expect(problems).toMatchObject([
      {
        code: 'SERVICE_CONFLICT',
        where: 'plugins.b',
        message: "provides the service 'x', and so does plugins.a",
        hint: 'switch one off: `b: false` or `a: false`'
      }
    ])
  })

  test('one plugin under two names is a duplicate, and no conflict on top', () => {
    const { problems } = solve({ a: { name: 'plug', provides: 'x' }, b: { name: 'plug', provides: 'x' } })
    expect(problems).toMatchObject([{ code: 'PLUGIN_DUPLICATE', where: 'plugins.b' }])
    expect(problems[0]?.message).toBe("starts plugin 'plug', and so does plugins.a")
  })

  test('a cycle is told once, with its whole path', () => {
    const { problems } = solve({
      outside: { needs: ['a'] },
      a: { provides: 'a', needs: ['b'] },
      b: { provides: 'b', needs: ['c'] },
      c: { provides: 'c', needs: ['a'] }
    })
    expect(problems).toMatchObject([
      { code: 'DEPENDENCY_CYCLE', where: 'plugins.a', message: 'a → b → c → a' }
    ])
  })

  test('a plugin that needs itself is a cycle', () => {
    expect(solve({ a: { provides: 'a', needs: ['a'] } }).problems).toMatchObject([{ message: 'a → a' }])
  })

  test('two cycles are two problems', () => {
    const { problems } = solve({
      a: { provides: 'a', needs: ['b'] },
      b: { provides: 'b', needs: ['a'] },
      c: { provides: 'c', dependencies: ['d'] },
      d: { optional: ['c'] }
    })
    expect(problems.map(({ message }) => message)).toEqual(['a → b → a', 'c → d → c'])
  })
})

describe('any graph', () => {
  /** Entries that need only earlier ones, so that there is no cycle, and then shuffled. */
  const graph = fc
    .array(
      fc.record({
        global: fc.boolean(),
        needs: fc.array(fc.nat(), { maxLength: 3 }),
        optional: fc.boolean()
      }),
      {
        maxLength: 12
      }
    )
    .map(nodes =>
      nodes.map(({ global, needs, optional }, index) => {
        const services = index === 0 ? [] : needs.map(need => `s${need % index}`)
        return entry(`p${index}`, {
          global,
          provides: `s${index}`,
          [optional ? 'optional' : 'needs']: services
        })
      })
    )
    .chain(entries => fc.shuffledSubarray(entries, { minLength: entries.length }))

  const providers = (all: readonly Entry[], { needs }: Entry): Entry[] =>
    all.filter(({ provides }) => needs.some(({ service }) => service === provides))
  /** What must be there before it, directly or not. */
  const before = (all: readonly Entry[], one: Entry): Set<Entry> => {
    const found = new Set<Entry>()
    for (const provider of providers(all, one))
      for (const each of [provider, ...before(all, provider)]) found.add(each)
    return found
  }

  test('without cycles has an order in which everything comes once, after what it needs', () => {
    fc.assert(
      fc.property(graph, entries => {
        const { ordered, problems } = order(entries, () => false, new Map())
        expect(problems).toEqual([])
        expect(new Set(ordered)).toEqual(new Set(entries))
        expect(ordered).toHaveLength(entries.length)
        for (const one of ordered)
          for (const provider of providers(entries, one))
            expect(ordered.indexOf(provider)).toBeLessThan(ordered.indexOf(one))
      })
    )
  })

  test('starts a private plugin before a global one only if a global one needs it', () => {
    fc.assert(
      fc.property(graph, entries => {
        const { ordered } = order(entries, () => false, new Map())
        const lastGlobal = ordered.findLastIndex(({ global }) => global)
        const needed = new Set(
          entries.filter(({ global }) => global).flatMap(one => [...before(entries, one)])
        )
        for (const early of ordered.slice(0, lastGlobal + 1))
          expect(early.global || needed.has(early)).toBe(true)
      })
    )
  })

  test('with a cycle anywhere is refused, and never hangs', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 10 }), links => {
        const entries = links.map((needs, index) =>
          entry(`p${index}`, { provides: `s${index}`, optional: needs.map(need => `s${need}`) })
        )
        const reaches = entries.some(one => reachable(entries, one).has(one))
        const { problems, ordered } = order(entries, () => false, new Map())
        expect(problems.some(({ code }) => code === 'DEPENDENCY_CYCLE')).toBe(reaches)
        expect(ordered).toHaveLength(entries.length)
      })
    )
  })

  function reachable(all: readonly Entry[], from: Entry): Set<Entry> {
    const found = new Set<Entry>()
    const visit = (one: Entry): void => {
      for (const next of providers(all, one)) if (!found.has(next)) visit((found.add(next), next))
    }
    visit(from)
    return found
  }
})
