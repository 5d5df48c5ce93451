import { expect, test } from 'vitest'
import type { Database } from '../../../../src/plugins/database/service.ts'
import type { OpenedCores } from '../../../../src/plugins/im-ws-gateway/nodes/open-cores.ts'
import { LateCores } from '../../../../src/plugins/im-ws-gateway/reloads/late-cores.ts'
import { FakeCores } from '../gateway/fake-cores.ts'

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** A chat that is to be opened after another one. @param failures of the first times that it is opened */
function late(...failures: readonly Error[]) {
  const left = [...failures]
  const opened: FakeCores[] = []
  const logged: string[] = []
  let begin = (): void => undefined
  const after = new Promise<void>(resolve => (begin = resolve))
  const cores = new LateCores({
    after,
    database: { ping: async () => undefined } as Database,
    log: { error: (_fields: unknown, text: string) => void logged.push(text) } as never,
    async open() {
      const failure = left.shift()
      if (failure) throw failure
      const fake = new FakeCores()
      opened.push(fake)
      return Object.assign(fake, { backOffice: { hasUser: async () => true } }) as unknown as OpenedCores
    }
  })
  return { cores, opened, logged, begin: () => begin() }
}

test('who asks waits, and the chat is opened once, also when nobody asks', async () => {
  const { cores, opened, begin } = late()
  const asked = [cores.open('ann', () => undefined), cores.backOffice.hasUser('ann')] as const
  await settle()
  expect([opened.length, await cores.ping(), cores.nodes()]).toEqual([0, undefined, undefined])
  begin()
  const [core, hasUser] = await Promise.all(asked)
  expect([core.userID, hasUser, opened.length]).toEqual(['ann', true, 1])

  const alone = late()
  alone.begin()
  await settle()
  expect(alone.opened.length).toBe(1)
})

test('one that cannot be opened is not ready, says why, and is tried again', async () => {
  const { cores, opened, logged, begin } = late(new Error('no'), new Error('still no'))
  begin()
  await settle()
  expect(logged).toEqual(['the chat could not be opened'])
  await expect(cores.ping()).rejects.toThrow('still no')
  await expect(cores.open('ann', () => undefined)).resolves.toMatchObject({ userID: 'ann' })
  expect(opened.length).toBe(1)
})

test('closed before its time it is never opened; closed later, it closes what it has opened', async () => {
  const early = late()
  await early.cores.close()
  early.begin()
  await settle()
  expect(early.opened.length).toBe(0)
  await expect(early.cores.open('ann', () => undefined)).rejects.toThrow('the gateway closes')

  const { cores, opened, begin } = late()
  begin()
  await settle()
  await cores.close()
  expect(opened[0]?.isClosed).toBe(true)
})
