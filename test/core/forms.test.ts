import { expect, test } from 'vitest'
import { allowForms, definePlugin, isForm } from '../../src/core/index.ts'
import { gatewayOf } from './kernel.ts'

const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
const routes = definePlugin({
  name: 'routes',
  description: '',
  setup(app) {
    allowForms(app, {
      maxFields: 3,
      refusal: () => Object.assign(new Error('too many'), { statusCode: 400 })
    })
    app.post('/', request => [isForm(request), request.body])
  }
})

test('a form is an object of texts, in which a field that comes twice is a list', async () => {
  await using app = await gatewayOf([routes])
  const answer = await app.inject({ method: 'POST', url: '/', headers, payload: 'a=x+%E4%BD%A0&b=1&b=%zz' })
  expect(answer.json()).toEqual([true, { a: 'x 你', b: ['1', '%zz'] }])
  const json = await app.inject({ method: 'POST', url: '/', payload: { a: 1 } })
  expect(json.json()).toEqual([false, { a: 1 }])
})

test('a form with too many fields is refused', async () => {
  await using app = await gatewayOf([routes])
  const answer = await app.inject({ method: 'POST', url: '/', headers, payload: 'a&b&c&d' })
  expect(answer.json()).toMatchObject({ statusCode: 400, message: 'too many' })
})
