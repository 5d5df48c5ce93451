import { expect, test } from 'vitest'
import { completionsOf } from '../../../src/cli/repl/completion.ts'

const routes = [
  { method: 'GET', url: '/card' },
  { method: 'GET,HEAD', url: '/card/:id' },
  { method: 'POST', url: '/card' },
  { method: 'PUT', url: '/clicks' }
]

test.each([
  ['', ['get', 'post', 'put', 'patch', 'delete', 'auth', 'logout', 'server', 'help']],
  ['p', ['post', 'put', 'patch']],
  ['P', ['post', 'put', 'patch']],
  ['/', ['/card', '/card/:id']],
  ['get /', ['/card', '/card/:id']],
  ['get ', ['/card', '/card/:id']],
  ['post /c', ['/card']],
  ['put /x', []],
  ['server l', ['local']],
  ['auth ', []]
])("'%s' may become", (line, expected) => {
  expect(completionsOf(line, routes)).toEqual(expected)
})
