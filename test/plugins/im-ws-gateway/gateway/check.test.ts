import { expect, test } from 'vitest'
import { checkSettings } from '../../../../src/plugins/im-ws-gateway/check.ts'
import { Config, type ImSettings } from '../../../../src/plugins/im-ws-gateway/config.ts'
import { inputView, validate } from '../../../../src/core/index.ts'

const strong = '0123456789abcdef0123456789abcdef'

function settings(given: Partial<ImSettings> = {}): ImSettings {
  const all = { ...given }
  expect(validate(inputView(Config), all)).toEqual([])
  return all as ImSettings
}

const problems = (given: Partial<ImSettings>, production = true): string[] =>
  checkSettings(settings(given), { production }).map(({ path, message }) => `${path.join('.')} ${message}`)

test('settings of one’s own are fine in production', () => {
  expect(problems({ tokenSecret: strong, adminSecret: strong })).toEqual([])
})

test('the demonstration runs on a laptop', () => {
  const demo = { adminSecret: 'paifang-demo', tokenSecret: 'paifang-demo-token-secret', demo: true }
  expect(problems(demo, false)).toEqual([])
  expect(problems({}, false)).toEqual([])
})

test('production refuses each part of it', () => {
  expect(
    problems({ adminSecret: 'paifang-demo', tokenSecret: 'paifang-demo-token-secret', demo: true })
  ).toEqual([
    'demo is a page that logs in whoever opens it',
    'tokenSecret is the published one of the demonstration',
    'adminSecret is the published one of the demonstration'
  ])
})

test('production wants long secrets, and one for the tokens', () => {
  expect(problems({ tokenSecret: 'short', adminSecret: 'short' })).toEqual([
    'tokenSecret is shorter than 32 characters',
    'adminSecret is shorter than 32 characters'
  ])
  expect(problems({ adminSecret: strong })).toEqual(['tokenSecret is missing: it signs the tokens'])
})

test.each([
  ['', 'is missing: tokenCheck is openim'],
  ['ftp://api', 'is no http or https URL'],
  ['http://user:pw@api', 'is no http or https URL']
])('an OpenIM server at %j is a problem', (openimApi, message) => {
  expect(problems({ tokenCheck: 'openim', openimApi }, false)).toEqual([`openimApi ${message}`])
})

test.each(['chat.example.com', 'ftp://a', 'https://a?b', 'https://a#b', 'https://u:p@a'])(
  'addresses of files cannot begin with %j',
  publicUrl => {
    expect(problems({ uploads: { publicUrl } } as never, false)).toEqual([
      'uploads.publicUrl is no http or https URL that a path can follow'
    ])
  }
)

test('addresses of files may begin with a path', () => {
  expect(problems({ uploads: { publicUrl: 'https://chat.example.com/api' } } as never, false)).toEqual([])
})

test('where an OpenIM server checks tokens no secret is needed', () => {
  expect(problems({ tokenCheck: 'openim', openimApi: 'http://api:10002' })).toEqual([])
})
