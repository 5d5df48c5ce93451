import { createCardKey } from '../../../src/plugins/sign-simulator/card-key.ts'

/** Keys that all tests share: making one takes longer than using it. */
export const rsaKey = await createCardKey({ algorithm: 'rsa' })
export const sm2Key = await createCardKey({ algorithm: 'sm2' })
export const keys = [rsaKey, sm2Key]
