import { expect, test } from 'vitest'
import { foreignToken, startOpenIm } from '../tokens/openim-server.ts'
import { noise, startUploads, uploader } from './rig.ts'

test('where an OpenIM server knows the tokens, it is asked, and what it says is passed on', async () => {
  const token = foreignToken({ UserID: 'ann', PlatformID: 5, exp: 1_900_000_000 })
  await using openIm = await startOpenIm(({ body }) =>
    body['token'] === token
      ? {
          errCode: 0,
          errMsg: '',
          errDlt: '',
          data: { userID: 'ann', platformID: 5, expireTimeSeconds: 1_900_000_000 }
        }
      : { errCode: 1506, errMsg: 'kicked', errDlt: '' }
  )
  const config = { tokenCheck: 'openim', openimApi: openIm.url }
  await using gateway = await startUploads({}, { config })
  const ann = await uploader(gateway, 'ann', token)
  const content = noise(50)
  const response = await fetch(await ann.upload(content))
  expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true)
  const other = foreignToken({ UserID: 'bob', PlatformID: 5, exp: 1_900_000_000 })
  const bob = await uploader(gateway, 'bob', other)
  expect(await bob.post('part_size', { size: 1 })).toMatchObject({ errCode: 1506 })
})

test('where it does not answer, that is said, and nothing else', async () => {
  const config = { tokenCheck: 'openim', openimApi: 'http://127.0.0.1:1' }
  await using gateway = await startUploads({}, { config })
  const ann = await uploader(
    gateway,
    'ann',
    foreignToken({ UserID: 'ann', PlatformID: 5, exp: 1_900_000_000 })
  )
  expect(await ann.post('part_size', { size: 1 })).toEqual({
    errCode: 1505,
    errMsg: 'The token could not be checked; try again later',
    errDlt: ''
  })
})

test('no token, no signature and no address of a file reaches the log', async () => {
  const logs: string[] = []
  await using gateway = await startUploads({}, { logs })
  const ann = await uploader(gateway)
  const content = noise(50)
  const upload = await ann.begin(content)
  const part = upload.sign.parts[0]?.url ?? ''
  await ann.send(upload, content)
  await ann.put(part.replace('bytes=50', 'bytes=51'), content)
  const { data } = await ann.complete(upload, content)
  const url = data['url'] as string
  await fetch(url)
  await fetch(url, { headers: { range: 'bytes=99-' } })
  const [, id = ''] = /object\/([^/]+)\//.exec(url) ?? []
  expect(id).toHaveLength(32)
  await ann.post('part_size', '{')
  await ann.post('part_size', { size: 1 }, { token: `${ann.token}x` })
  const { searchParams } = new URL(part)
  const text = logs.join('')
  expect(text).toContain('/object/part_size')
  for (const secret of [ann.token, searchParams.get('signature') ?? '', searchParams.get('owner') ?? '', id])
    expect(text).not.toContain(secret)
})
