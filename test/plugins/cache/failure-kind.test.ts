import { describe, expect, test } from 'vitest'
import { ApiError, Errors as CommonErrors } from '../../../src/plugins/api-error/service.ts'
import { failureKind } from '../../../src/plugins/cache/service.ts'

const withStatus = (statusCode: unknown): Error => Object.assign(new Error('x'), { statusCode })

describe('the kind of a failure', () => {
  test.each([
    ['an error of the program', new TypeError('x is not a function')],
    ['a refused connection', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
    ['a timeout', new DOMException('x', 'TimeoutError')],
    ['500', withStatus(500)],
    ['503', withStatus(503)],
    ['408', withStatus(408)],
    ['429', withStatus(429)],
    ['a thrown 502', 502],
    ['a thrown number that is no status', 1001],
    ['a status that is a text', withStatus('404')],
    ['an open circuit', new ApiError(CommonErrors['circuit.open'])],
    ['an upstream that is not there', new ApiError(CommonErrors['upstream.unavailable'])],
    ['too many requests', new ApiError(CommonErrors['rate.limited'])],
    ['what the catalogue calls transient', { entry: { http: 404, transient: true } }],
    ['a symbol', Symbol('x')]
  ])('%s is transient', (_name, thrown) => expect(failureKind(thrown)).toBe('transient'))

  test.each([
    ['401', withStatus(401)],
    ['a thrown 403', 403],
    ['a login that is needed', new ApiError(CommonErrors['auth.required'])],
    ['an upstream that refuses the login', new ApiError(CommonErrors['upstream.unauthorized'])],
    ['a response of an HTTP client', { response: { status: 401 } }]
  ])('%s is unauthorized', (_name, thrown) => expect(failureKind(thrown)).toBe('unauthorized'))

  test.each([
    ['404', withStatus(404)],
    ['410', withStatus(410)],
    ['a thrown 404', 404],
    ['what was deleted', new ApiError(CommonErrors['resource.deleted'])],
    ['an object with a status', { status: 404 }]
  ])('%s is gone', (_name, thrown) => expect(failureKind(thrown)).toBe('gone'))

  test.each([
    ['400', withStatus(400)],
    ['422', withStatus(422)],
    ['a text for the user', 'the card is lost'],
    ['nothing', undefined],
    ['null', null],
    ['0', 0],
    ['invalid parameters', new ApiError(CommonErrors['param.invalid'])]
  ])('%s is refused', (_name, thrown) => expect(failureKind(thrown)).toBe('refused'))

  test('what throws when it is looked at is transient', () => {
    const hostile = {
      get statusCode(): number {
        throw new Error('no')
      }
    }
    expect(failureKind(hostile)).toBe('transient')
  })
})
