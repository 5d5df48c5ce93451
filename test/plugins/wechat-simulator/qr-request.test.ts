import { describe, expect, test } from 'vitest'
import { readQrRequest } from '../../../src/plugins/wechat-simulator/qr-request.ts'

const body = (action_name: unknown, scene: unknown, more: object = {}) =>
  JSON.stringify({ action_name, action_info: { scene }, ...more })

describe('a body that is taken', () => {
  test.each([
    ['QR_SCENE', { scene_id: 1 }, { scene: '1', kind: 'number' }],
    ['QR_SCENE', { scene_id: 4_294_967_295 }, { scene: '4294967295', kind: 'number' }],
    ['QR_STR_SCENE', { scene_str: 'a' }, { scene: 'a', kind: 'text' }],
    ['QR_STR_SCENE', { scene_str: '中'.repeat(64) }, { scene: '中'.repeat(64), kind: 'text' }]
  ])('%s of %j is temporary', (name, scene, expected) => {
    expect(readQrRequest(body(name, scene, { expire_seconds: 120 }))).toEqual({ ...expected, ttlS: 120 })
  })

  test.each([
    ['QR_LIMIT_SCENE', { scene_id: 100_000 }, { scene: '100000', kind: 'number' }],
    ['QR_LIMIT_STR_SCENE', { scene_str: 'shop' }, { scene: 'shop', kind: 'text' }]
  ])('%s of %j is permanent, whatever it says of seconds', (name, scene, expected) => {
    expect(readQrRequest(body(name, scene, { expire_seconds: 120 }))).toEqual({
      ...expected,
      ttlS: undefined
    })
  })

  test('lasts 60 s when it says nothing, and 30 days at most', () => {
    expect(readQrRequest(body('QR_SCENE', { scene_id: 1 }))).toMatchObject({ ttlS: 60 })
    const long = body('QR_SCENE', { scene_id: 1 }, { expire_seconds: 2_592_001 })
    expect(readQrRequest(long)).toMatchObject({ ttlS: 2_592_000 })
  })
})

test.each([
  ['', 44002],
  ['{"action_name":', 47001],
  ['action_name=QR_SCENE', 47001],
  ['null', 40052],
  ['[]', 40052],
  ['{}', 40052],
  [body('QR_CARD', { scene_id: 1 }), 40052],
  [body('toString', { scene_id: 1 }), 40052],
  [body(7, { scene_id: 1 }), 40052],
  [JSON.stringify({ action_name: 'QR_SCENE' }), 40053],
  [JSON.stringify({ action_name: 'QR_SCENE', action_info: { scene: null } }), 40053],
  [body('QR_SCENE', { scene_id: 0 }), 40053],
  [body('QR_SCENE', { scene_id: -1 }), 40053],
  [body('QR_SCENE', { scene_id: 1.5 }), 40053],
  [body('QR_SCENE', { scene_id: '1' }), 40053],
  [body('QR_SCENE', { scene_id: 4_294_967_296 }), 40053],
  [body('QR_SCENE', { scene_str: 'a' }), 40053],
  [body('QR_LIMIT_SCENE', { scene_id: 100_001 }), 40053],
  [body('QR_STR_SCENE', { scene_str: '' }), 40053],
  [body('QR_STR_SCENE', { scene_str: 'a'.repeat(65) }), 40053],
  [body('QR_LIMIT_STR_SCENE', { scene_str: 7 }), 40053],
  [body('QR_SCENE', { scene_id: 1 }, { expire_seconds: 0 }), 47001],
  [body('QR_SCENE', { scene_id: 1 }, { expire_seconds: '60' }), 47001],
  [body('QR_SCENE', { scene_id: 1 }, { expire_seconds: null }), 47001]
])('the body %s is refused with %i', (text, errcode) => {
  expect(() => readQrRequest(text)).toThrow(expect.objectContaining({ errcode }))
})
