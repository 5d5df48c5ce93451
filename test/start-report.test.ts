import { expect, test } from 'vitest'
import { addUpgradeRoute } from '../src/core/index.ts'
import { createGateway } from '../src/index.ts'
import { startReport } from '../src/start-report.ts'

async function reportOf(tryIt: string[], routes: string[], upgradeAt?: string): Promise<string> {
  const site = async (app: Parameters<typeof addUpgradeRoute>[0]): Promise<void> => {
    for (const url of routes) app.get(url, () => 'here')
    const route = {
      access: 'public',
      check: () => undefined,
      accept: () => undefined,
      refuse: () => {
        throw new Error('no upgrade')
      }
    }
    if (upgradeAt) addUpgradeRoute(app, upgradeAt, route)
  }
  const app = await createGateway({
    env: {},
    config: { server: { logLevel: 'silent', tryIt }, plugins: { site: { use: site as never } } }
  })
  await app.ready()
  const report = startReport(app, 'http://a', 5)
  await app.close()
  return report
}

test('what is proposed to be tried is what is there', async () => {
  const tryIt = [
    '{url}/here now',
    "'{url}/greet/you?loud=1'",
    '{url}/files/a/b',
    '{url}/gone',
    'sh try.sh {url}',
    '{url}/ to see'
  ]
  const report = await reportOf(tryIt, ['/here', '/greet/:name', '/files/*'], '/')
  const [, tries = ''] = report.split('Try it from another terminal:\n')
  expect(tries.trim().split(/\n */)).toEqual([
    'http://a/here now',
    "'http://a/greet/you?loud=1'",
    'http://a/files/a/b',
    'sh try.sh http://a'
  ])
})

test('where nothing is left to be tried, nothing is said of it', async () => {
  expect(await reportOf(['{url}/gone'], ['/here'])).not.toContain('Try it')
  expect(await reportOf(['{url}/here/'], ['/here'])).not.toContain('Try it')
})
