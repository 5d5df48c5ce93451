// Files: https://docs.openim.io/sdks/api/message/uploadFile and …/create…MessageByFile. The client uploads over HTTP to
// `apiAddr` and wants `File` and `FileReader`, as a browser has them; Node has only the first.

import { CbEvents, MessageType, SessionType } from 'oim352'
import { askedMethods } from './3.5.2-kit.mjs'
import { string, text } from './3.5.2-shapes.mjs'

globalThis.FileReader ??= class {
  async readAsArrayBuffer(blob) {
    try {
      this.result = await blob.arrayBuffer()
      this.onload?.({ target: this })
    } catch (error) {
      this.onerror?.(error)
    }
  }
}

const bytesOf = (length, seed) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 251)
const fileOf = (name, type, length) => new File([bytesOf(length, name.length + Date.now())], name, { type })

async function download(url) {
  try {
    const answer = await fetch(url)
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()).toString('base64') }
  } catch (error) {
    return { status: String(error) }
  }
}

export async function uploads(t) {
  const [a, b] = [await t.online('Una'), await t.online('Uri')]

  const isStored = async (what, url, file) => {
    if (!url) return
    const body = Buffer.from(await file.arrayBuffer()).toString('base64')
    const came = await download(url)
    t.is(
      `${what} is to be had at its url`,
      { status: came.status, same: came.body === body },
      { status: 200, same: true }
    )
  }

  await t.step('uploadFile', async () => {
    askedMethods.add('uploadFile')
    for (const [name, size] of [
      ['small.txt', 12],
      ['图片 1.png', 345],
      ['large.bin', 11_000_000]
    ]) {
      const file = fileOf(name, 'text/plain', size)
      const answer = await a.im.uploadFile({ name, contentType: file.type, uuid: name, file })
      t.is(`uploadFile of ${size} bytes resolves with a url`, answer, {
        event: 'UploadFile',
        errCode: 0,
        errMsg: string,
        data: { url: text }
      })
      await isStored(name, answer.data?.url, file)
      const again = await a.im.uploadFile({ name, contentType: file.type, uuid: name, file })
      t.is(`uploadFile of the same ${size} bytes again resolves with a url`, again, {
        errCode: 0,
        data: { url: text }
      })
      await isStored(`${name}, uploaded again,`, again.data?.url, file)
    }
  })

  const sends = (method, contentType, params, files, elem) =>
    t.step(method, async () => {
      askedMethods.add(method)
      const created = await a.im[method](params).catch(error => error)
      t.is(`${method} resolves with a message of type ${MessageType[contentType]}`, created, {
        errCode: 0,
        data: { contentType, ...elem }
      })
      for (const [what, file, urlOf] of files)
        await isStored(`the ${what} of ${method}`, urlOf(created.data ?? {}), file)
      if (created.errCode !== 0) return
      const { pictureElem, videoElem } = created.data
      const scaled = pictureElem?.snapshotPicture.url ?? videoElem?.snapshotUrl
      // The client appends `?type=image&width=…&height=…` to the url that it was given.
      if (scaled) t.is(`the url of a snapshot of ${method} answers`, (await download(scaled)).status, 200)
      const since = b.mark()
      await t.ask(a, 'sendMessage', { recvID: b.userID, groupID: '', message: created.data })
      await t.event(`the message of ${method} comes`, b, CbEvents.OnRecvNewMessages, since, [
        { contentType, sessionType: SessionType.Single, ...elem }
      ])
    })

  const png = fileOf('photo.png', 'image/png', 5000)
  const info = uuid => ({ uuid, type: png.type, size: png.size, width: 40, height: 30, url: '' })
  await sends(
    'createImageMessageByFile',
    MessageType.PictureMessage,
    {
      sourcePicture: info('1'),
      bigPicture: info('2'),
      snapshotPicture: info('3'),
      sourcePath: '',
      file: png
    },
    [['picture', png, ({ pictureElem }) => pictureElem?.sourcePicture?.url]],
    {
      pictureElem: {
        sourcePicture: { uuid: '1', url: text },
        bigPicture: { url: text },
        snapshotPicture: { url: text }
      }
    }
  )
  const mp3 = fileOf('voice.mp3', 'audio/mpeg', 3000)
  await sends(
    'createSoundMessageByFile',
    MessageType.VoiceMessage,
    {
      uuid: 's',
      soundPath: '',
      sourceUrl: '',
      dataSize: mp3.size,
      duration: 4,
      soundType: mp3.type,
      file: mp3
    },
    [['sound', mp3, ({ soundElem }) => soundElem?.sourceUrl]],
    { soundElem: { uuid: 's', sourceUrl: text, dataSize: 3000, duration: 4 } }
  )
  const [mp4, still] = [fileOf('clip.mp4', 'video/mp4', 9000), fileOf('clip.png', 'image/png', 800)]
  await sends(
    'createVideoMessageByFile',
    MessageType.VideoMessage,
    {
      videoPath: '',
      duration: 5,
      videoType: 'mp4',
      snapshotPath: '',
      videoUUID: 'v',
      videoUrl: '',
      videoSize: mp4.size,
      snapshotUUID: 'w',
      snapshotSize: still.size,
      snapshotUrl: '',
      snapshotWidth: 32,
      snapshotHeight: 18,
      snapShotType: 'png',
      videoFile: mp4,
      snapshotFile: still
    },
    [
      ['video', mp4, ({ videoElem }) => videoElem?.videoUrl],
      ['snapshot', still, ({ videoElem }) => videoElem?.snapshotUrl?.split('?')[0]]
    ],
    { videoElem: { videoUrl: text, snapshotUrl: text, videoSize: 9000, duration: 5 } }
  )
  const pdf = fileOf('paper.pdf', 'application/pdf', 7000)
  await sends(
    'createFileMessageByFile',
    MessageType.FileMessage,
    {
      filePath: '',
      fileName: 'paper.pdf',
      uuid: 'f',
      sourceUrl: '',
      fileSize: pdf.size,
      fileType: pdf.type,
      file: pdf
    },
    [['file', pdf, ({ fileElem }) => fileElem?.sourceUrl]],
    { fileElem: { fileName: 'paper.pdf', sourceUrl: text, fileSize: 7000 } }
  )
}
