import { expect, test } from 'vitest'
import { startRig } from './rig.ts'

test('a client logs in, and hears what its UI waits for in the native order', async () => {
  await using rig = await startRig()
  const client = await rig.start()
  expect(client.frames).toEqual([
    { event: 'Login', errCode: 0, errMsg: '', data: '', operationID: 'op-login' },
    ...['OnConnecting', 'OnConnectSuccess', 'OnSyncServerStart', 'OnSyncServerFinish'].map(event => ({
      event,
      errCode: 0,
      errMsg: '',
      data: '',
      operationID: ''
    }))
  ])
})
