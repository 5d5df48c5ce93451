import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../clients/client.ts'
import { startGateway, type Gateway } from '../clients/gateway.ts'

const KiB = 1_024
const partBytes = 256 * KiB

/** What nobody can compress, or guess. */
const noise = (bytes: number): Buffer<ArrayBuffer> => Buffer.from(randomBytes(bytes))
const picture = { uuid: 'p', type: 'image/png', size: 9, width: 30, height: 20, url: '' }

let gateway: Gateway
let ann: Client
beforeAll(async () => {
  gateway = await startGateway({ config: { uploads: { partBytes } } })
  ann = await gateway.online({ version: '3.5.2', userID: 'ann' })
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** Uploads by the client's own method. */
async function upload(client: Client, file: File): Promise<string> {
  const { url } = (await client.ask('uploadFile', { file })) as { url: string }
  return url
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url)
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

describe('the unmodified client 3.5.2', () => {
  test.each([
    ['of one part', 9],
    ['of exactly one part', partBytes],
    ['of several parts', 2 * partBytes + 5 * KiB + 1],
    ['that is empty', 0]
  ])('uploads a file %s, and everybody reads it back', async (_, bytes) => {
    const content = noise(bytes)
    const url = await upload(ann, new File([content], '照片 1.png'))
    expect(url).toMatch(new RegExp(`^${gateway.http}/object/[A-Za-z0-9_-]{32}/%E7%85%A7%E7%89%87%201\\.png$`))
    expect((await download(url)).equals(content)).toBe(true)
    expect(ann.complaints).toEqual([])
  })

  test('does not send again what it has sent, under whatever name', async () => {
    const content = noise(partBytes + 1)
    const sent = async (): Promise<number> =>
      gateway.im.status().uploads?.counters['parts_total'] ?? Number.NaN
    const first = await upload(ann, new File([content], 'a.png'))
    const before = await sent()
    expect(await upload(ann, new File([content], 'a.png'))).toBe(first)
    const other = await upload(ann, new File([content], 'b.pdf'))
    expect(await sent()).toBe(before)
    expect((await download(other)).equals(content)).toBe(true)
    const types = await Promise.all(
      [first, other].map(async url => (await fetch(url, { method: 'HEAD' })).headers.get('content-type'))
    )
    expect(types).toEqual(['image/png', 'application/octet-stream'])
  })

  test('two users who send the same have files of their own', async () => {
    const bob = await gateway.online({ version: '3.5.2', userID: 'bob' })
    const content = noise(77)
    const [hers, his] = [
      await upload(ann, new File([content], 'a.png')),
      await upload(bob, new File([content], 'a.png'))
    ]
    expect(hers).not.toBe(his)
    expect((await download(his)).equals(content)).toBe(true)
  })

  test('makes messages of pictures, sounds, films and files, which the other side can load', async () => {
    const cat = await gateway.online({ version: '3.5.2', userID: 'cat' })
    const contents = { png: noise(1_000), mp3: noise(2_000), mp4: noise(3_000), zip: noise(4_000) }
    const file = (name: keyof typeof contents): File => new File([contents[name]], `x.${name}`)
    const messages = [
      await ann.ask('createImageMessageByFile', {
        sourcePath: '',
        sourcePicture: { ...picture },
        bigPicture: { ...picture },
        snapshotPicture: { ...picture },
        file: file('png')
      }),
      await ann.ask('createSoundMessageByFile', {
        uuid: 's',
        soundPath: '',
        sourceUrl: '',
        dataSize: 2_000,
        duration: 3,
        file: file('mp3')
      }),
      await ann.ask('createVideoMessageByFile', {
        videoPath: '',
        duration: 1,
        videoType: 'video/mp4',
        snapshotPath: '',
        videoUUID: 'v',
        videoUrl: '',
        videoSize: 3_000,
        snapshotUUID: 'n',
        snapshotSize: 1_000,
        snapshotUrl: '',
        snapshotWidth: 4,
        snapshotHeight: 3,
        snapShotType: 'image/png',
        videoFile: file('mp4'),
        snapshotFile: file('png')
      }),
      await ann.ask('createFileMessageByFile', {
        filePath: '',
        fileName: 'x.zip',
        uuid: 'f',
        sourceUrl: '',
        fileSize: 4_000,
        file: file('zip')
      })
    ]
    for (const message of messages) await ann.ask('sendMessage', { recvID: 'cat', groupID: '', message })
    const received = await Promise.all(
      [102, 103, 104, 105].map(async contentType => {
        const { data } = await cat.until('OnRecvNewMessages', (list: { contentType: number }[]) =>
          list.some(message => message.contentType === contentType)
        )
        return (data as Record<string, unknown>[]).find(message => message['contentType'] === contentType)
      })
    )
    const [image, sound, film, archive] = received as unknown as [
      { pictureElem: { sourcePicture: { url: string }; snapshotPicture: { url: string } } },
      { soundElem: { sourceUrl: string } },
      { videoElem: { videoUrl: string; snapshotUrl: string } },
      { fileElem: { sourceUrl: string } }
    ]
    expect((await download(image.pictureElem.sourcePicture.url)).equals(contents.png)).toBe(true)
    expect(image.pictureElem.snapshotPicture.url).toMatch(/\?type=image&width=30&height=20$/)
    expect((await download(image.pictureElem.snapshotPicture.url)).equals(contents.png)).toBe(true)
    expect((await download(sound.soundElem.sourceUrl)).equals(contents.mp3)).toBe(true)
    expect((await download(film.videoElem.videoUrl)).equals(contents.mp4)).toBe(true)
    expect((await download(film.videoElem.snapshotUrl)).equals(contents.png)).toBe(true)
    expect((await download(archive.fileElem.sourceUrl)).equals(contents.zip)).toBe(true)
    expect(ann.complaints).toEqual([])
  })

  test('is told in words what is wrong', async () => {
    const small = await startGateway({ config: { uploads: { maxBytes: 100, maxBytesPerUser: 3_000 } } })
    try {
      const dan = await small.online({ version: '3.5.2', userID: 'dan' })
      const said = async (file: File): Promise<string> => {
        const { errCode, errMsg } = await dan.call('uploadFile', { file })
        expect(errCode).toBe(10_005)
        return errMsg
      }
      expect(await said(new File([noise(101)], 'a.png'))).toBe('文件不能超过 100 字节')
      expect(await said(new File([noise(9)], 'a/b.png'))).toMatch(/^请求出错：name /)
      await upload(dan, new File([noise(9)], 'a.png'))
      await upload(dan, new File([noise(9)], 'b.png'))
      expect(await said(new File([noise(9)], 'c.png'))).toBe('您的存储空间已用完')
      await small.im.forceLogout('dan')
      expect(await said(new File([noise(9)], 'd.png'))).toBe('该登录已被下线')
    } finally {
      await small[Symbol.asyncDispose]()
    }
  })
})

test('the metrics count what was sent, and what was refused', async () => {
  const { counters = {}, refused = {} } = gateway.im.status().uploads ?? {}
  expect(counters['completed_total']).toBeGreaterThanOrEqual(9)
  expect(counters['received_bytes_total']).toBeGreaterThan(3 * partBytes)
  expect(counters['sent_bytes_total']).toBeGreaterThan(3 * partBytes)
  expect(refused).toEqual({})
})
