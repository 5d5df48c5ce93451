import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createGateway, Metrics } from '../../../src/index.ts'

let folder: string
let known: ReadonlySet<string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paifang-metrics-'))
  const app = await createGateway({
    configFile: resolve('paifang.config.yaml'),
    env: {
      PAIFANG_SERVER_LOG_LEVEL: 'silent',
      PAIFANG_DATABASE_FILE: ':memory:',
      PAIFANG_SIGN_BRIDGE_KEY_FILE: join(folder, 'sign-bridge.secret'),
      PAIFANG_SESSIONS_KEY_FILE: join(folder, 'sessions.secret')
    }
  })
  const page = await app.getDecorator<Metrics>(Metrics.name).text()
  await app.close()
  known = new Set([...page.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name))
})
afterAll(() => rm(folder, { recursive: true }))

/** The metrics that expressions name. */
function metricsIn(expressions: readonly string[]): string[] {
  const names = expressions.flatMap(expression => expression.match(/\b(?:paifang|nodejs|process)_\w+/g) ?? [])
  return [...new Set(names.map(name => name.replace(/_(?:bucket|count|sum)$/, '')))]
}

const { groups } = parse(readFileSync('deploy/alerts.yml', 'utf8')) as {
  groups: { rules: { alert: string; expr: string }[] }[]
}
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

test('all metrics of the alerts are there, and every alert is explained', () => {
  const used = metricsIn(rules.map(({ expr }) => expr))
  expect(used.length).toBeGreaterThan(7)
  expect(used.filter(name => !known.has(name))).toEqual([])
  const explained = readFileSync('docs/operations.md', 'utf8')
  expect(rules.filter(({ alert }) => !explained.includes(`| \`${alert}\` |`))).toEqual([])
})

test('all metrics of the dashboard are there', () => {
  const { panels } = JSON.parse(readFileSync('deploy/grafana/dashboard.json', 'utf8')) as {
    panels: { targets: { expr: string }[] }[]
  }
  const used = metricsIn(panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)))
  expect(used.length).toBeGreaterThan(15)
  expect(used.filter(name => !known.has(name))).toEqual([])
})

test('every name is one of Prometheus, and counters say that they are', () => {
  expect([...known].filter(name => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([])
})
