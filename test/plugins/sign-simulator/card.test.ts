import { describe, expect, test } from 'vitest'
import { SimulatedCard } from '../../../src/plugins/sign-simulator/card.ts'
import { rsaKey, sm2Key } from './keys.ts'

const refusal = (card: SimulatedCard, pin: string): string | undefined => {
  try {
    card.verifyPin(pin)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

describe('the PIN', () => {
  test('is 88888888 unless it is chosen', () => {
    expect(refusal(new SimulatedCard({ key: rsaKey }), '88888888')).toBeUndefined()
    const card = new SimulatedCard({ key: rsaKey, pin: '12345678' })
    expect(refusal(card, '88888888')).toContain('口令(PIN)错误')
    expect(refusal(card, '12345678')).toBeUndefined()
  })

  test('locks the card when it is wrong three times in a row, and then is refused even if right', () => {
    const card = new SimulatedCard({ key: rsaKey })
    expect(refusal(card, '1')).toContain('剩余重试次数2')
    expect(refusal(card, '2')).toContain('剩余重试次数1')
    expect(card.locked).toBe(false)
    expect(refusal(card, '3')).toContain('已锁死')
    expect(card.locked).toBe(true)
    expect(refusal(card, '88888888')).toContain('已锁死')
    expect(card.wrongPins).toBe(3)
  })

  test('clears the count of wrong ones when it is right', () => {
    const card = new SimulatedCard({ key: rsaKey, maxWrongPins: 2 })
    refusal(card, 'wrong')
    expect(card.wrongPins).toBe(1)
    refusal(card, '88888888')
    expect(card.wrongPins).toBe(0)
    refusal(card, 'wrong')
    expect(card.locked).toBe(false)
  })

  test('is no part of the text that refuses it', () => {
    expect(refusal(new SimulatedCard({ key: rsaKey }), '13579246')).not.toContain('13579246')
  })

  test('works again after the card was unlocked', () => {
    const card = new SimulatedCard({ key: rsaKey, maxWrongPins: 1 })
    refusal(card, 'wrong')
    card.unlock()
    expect(refusal(card, '88888888')).toBeUndefined()
  })
})

describe('the reader', () => {
  test.each([50070, 50200, 51590] as const)('fails with %i until it is repaired', code => {
    const card = new SimulatedCard({ key: rsaKey })
    card.readerFault = code
    expect(() => card.read()).toThrow(`错误码=${code}`)
    card.readerFault = undefined
    expect(card.read()).toBe(rsaKey)
  })

  test('reads the card that is in it', () => {
    const card = new SimulatedCard({ key: rsaKey })
    card.key = sm2Key
    expect(card.read().certNo).toBe(sm2Key.certNo)
  })
})
