import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { listedMetrics } from './listed-metrics.ts'

/** Those of the gateway, which names.test.ts finds on the page, and those of the process that are used. */
const known = new Map(listedMetrics().map(({ name, labels }) => [name, labels]))
for (const name of [
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_heap_size_used_bytes',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes'
])
  known.set(name, [])

/** What Prometheus adds by itself. */
const added = new Set(['instance', 'job', 'le'])

/** The metrics that expressions name, without what is added to histograms. */
function metricsIn(expressions: readonly string[]): string[] {
  const names = expressions.flatMap(expression => expression.match(/\b(?:paifang|nodejs|process)_\w+/g) ?? [])
  return [
    ...new Set(names.map(name => (known.has(name) ? name : name.replace(/_(?:bucket|count|sum)$/, ''))))
  ]
}

/** Labels that expressions choose or sum by, each with the metrics beside it that do not have it. */
function strayLabels(expressions: readonly string[]): string[] {
  return expressions.flatMap(expression => {
    const labels = new Set(metricsIn([expression]).flatMap(name => known.get(name) ?? []))
    const grouped = [...expression.matchAll(/by \(([\w, ]+)\)/g)].flatMap(([, list = '']) => list.split(', '))
    const chosen = [...expression.matchAll(/[{,](\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label)
    const stray = [...grouped, ...chosen].filter(label => !added.has(label) && !labels.has(label))
    return stray.map(label => `${label} in ${expression}`)
  })
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string }
}

const { groups } = parse(readFileSync('deploy/alerts.yml', 'utf8')) as { groups: { rules: Rule[] }[] }
const rules = groups.flatMap(group => group.rules)
const expressionOf = (name: string): string => rules.find(({ alert }) => alert === name)?.expr ?? ''

test('server errors of exactly the routes that sign are left to the alert about signatures', () => {
  const [, pattern = ''] = /route!~"([^"]+)"/.exec(expressionOf('ManyServerErrors')) ?? []
  const excluded = new RegExp(`^(?:${pattern})$`)
  const routes = [...readFileSync('docs/routes.md', 'utf8').matchAll(/^\| [A-Z, ]+ `([^`]+)`/gm)]
  const paths = routes.map(([, path = '']) => path)
  expect(paths.length).toBeGreaterThan(40)
  expect(paths.filter(path => excluded.test(path)).toSorted()).toEqual([
    '/getCode',
    '/v1/customs179/sign',
    '/v1/sign',
    '/v1/sign/batch'
  ])
})

test('that no gateway runs is told too, although it then has no series that could be 0', () => {
  expect(expressionOf('GatewayDown')).toContain('absent(up{job="paifang"})')
})

test('all metrics and labels of the alerts are there, and every alert is explained, and no other', () => {
  const used = metricsIn(rules.map(({ expr }) => expr))
  expect(used.length).toBeGreaterThan(20)
  expect(used.filter(name => !known.has(name))).toEqual([])
  expect(strayLabels(rules.map(({ expr }) => expr))).toEqual([])
  const watching = readFileSync('docs/operations.md', 'utf8').split(/^## /m)
  const table = watching.find(section => section.startsWith('Watching')) ?? ''
  const explained = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, alert]) => alert)
  expect(explained.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted())
})

test('what is said in the explanations of alerts of metrics is so', () => {
  const explained = readFileSync('docs/operations.md', 'utf8')
  const named = metricsIn([explained.replaceAll('paifang_scan_…', '')])
  expect(named.filter(name => name.startsWith('paifang_') && !known.has(name))).toEqual([])
})

test('all metrics and labels of the dashboard are there', () => {
  const { panels } = JSON.parse(readFileSync('deploy/grafana/dashboard.json', 'utf8')) as {
    panels: { id: number; title: string; targets: { expr: string }[] }[]
  }
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  const used = metricsIn(expressions)
  expect(used.length).toBeGreaterThan(40)
  expect(used.filter(name => !known.has(name))).toEqual([])
  expect(strayLabels(expressions)).toEqual([])
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length)
})

test.each([
  [
    'the chat',
    /^paifang_im_(?:users|connections_by_platform|requests_total|request_errors_total|queued_bytes|ended_total|nodes_is_host|nodes_is_linked)$/,
    8
  ],
  ['the database', /^paifang_database_/, 4],
  ['state', /^paifang_state_/, 4],
  ['upstreams', /^paifang_upstream_request_duration_seconds$/, 1]
])('the dashboard shows %s', (_, names, least) => {
  const used = metricsIn([readFileSync('deploy/grafana/dashboard.json', 'utf8')])
  expect(used.filter(name => names.test(name)).length).toBeGreaterThanOrEqual(least)
})
