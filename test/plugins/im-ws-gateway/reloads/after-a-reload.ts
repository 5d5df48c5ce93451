import { expect } from 'vitest'
import type { Raw } from '../clients/raw-client.ts'
import { conversations, heard, history, send, type Reloadable, type Settings } from './rig.ts'

/**
 * `ann`, who was there before the reload, and `bob`, who comes now, hear each other. Resolves to what the conversation
 * is when she has been drained.
 */
export async function talkAcross(gateway: Reloadable, ann: Raw): Promise<readonly string[]> {
  const bob = await gateway.raw('bob')
  await send(ann, 'bob', 'from before')
  await send(bob, 'ann', 'from after')
  await Promise.all([ann, bob].map(one => one.until('it', () => heard(one).length === 1)))
  expect(ann.socket.readyState).toBe(1)
  await gateway.drain()
  return history(bob, 'ann')
}

/**
 * Reloads with settings whose chat begins only when the one before has ended, and has all of it. Resolves to what the
 * conversation of `ann`, who writes before and after, with `bob`, who comes in between, is then.
 */
export async function talkInTurn(gateway: Reloadable, next: Partial<Settings>): Promise<readonly string[]> {
  await gateway.rest.register('ann', 'bob')
  await gateway.crowd(60)
  const ann = await gateway.raw('ann')
  Object.assign(gateway.settings, next)
  await gateway.reload()
  let isIn = false
  const coming = gateway.raw('bob').finally(() => (isIn = true))
  await send(ann, 'bob', 'before it ends')
  await ann.ask('PinConversation', ['si_ann_bob', true])
  expect(isIn).toBe(false)
  await gateway.drain()
  const [bob, back] = [await coming, await gateway.raw('ann')]
  expect(await conversations(back)).toMatchObject([{ isPinned: true }])
  await send(back, 'bob', 'after')
  await bob.until('it', () => heard(bob).includes('after'))
  return history(bob, 'ann')
}
