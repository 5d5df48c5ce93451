// The kinds of messages that js_v2/sdk_integrate/message.md documents, with the parameters of its examples.

const picture = {
  uuid: 'pic-1',
  type: 'png',
  size: 12_465,
  width: 1080,
  height: 720,
  url: 'https://example.com/1.png'
}
const sound = {
  uuid: 'sound-1',
  soundPath: '',
  sourceUrl: 'https://example.com/1.mp3',
  dataSize: 1234,
  duration: 42
}
const video = {
  videoPath: '',
  duration: 12,
  videoType: 'mp4',
  snapshotPath: '',
  videoUUID: 'video-1',
  videoUrl: 'https://example.com/1.mp4',
  videoSize: 1234,
  snapshotUUID: 'snapshot-1',
  snapshotSize: 123,
  snapshotUrl: 'https://example.com/1.jpg',
  snapshotWidth: 124,
  snapshotHeight: 125
}
const file = {
  filePath: '',
  fileName: 'test',
  uuid: 'file-1',
  sourceUrl: 'https://example.com/1.txt',
  fileSize: 1234
}
const place = { description: '{"name":"Xiamen"}', longitude: 118.09, latitude: 24.48 }
const custom = { data: '{"a":1}', extension: '{"b":2}', description: 'a thing' }
const face = { index: 1, data: '{"smile":true}' }
const card = { userID: 'someone', nickname: 'Some One', faceURL: '', motto: 'a field of the app' }
/** Kinds of messages: the method, its parameter, the type, and what must be in the message. */
export const kinds = (text, other, bob) => [
  {
    method: 'createTextAtMessage',
    params: { text: 'I am at Msg', atUserIDList: [bob.userID] },
    contentType: 106,
    elem: { atElem: { text: 'I am at Msg', atUserList: [bob.userID], isAtSelf: true } },
    sentElem: { atElem: { text: 'I am at Msg', atUserList: [bob.userID], isAtSelf: false } }
  },
  {
    method: 'createImageMessage',
    params: { sourcePicture: { ...picture }, bigPicture: { ...picture }, snapshotPicture: { ...picture } },
    contentType: 102,
    elem: {
      pictureElem: {
        sourcePath: '',
        sourcePicture: picture,
        bigPicture: picture,
        snapshotPicture: picture
      }
    }
  },
  { method: 'createSoundMessage', params: { ...sound }, contentType: 103, elem: { soundElem: sound } },
  { method: 'createVideoMessage', params: { ...video }, contentType: 104, elem: { videoElem: video } },
  { method: 'createFileMessage', params: { ...file }, contentType: 105, elem: { fileElem: file } },
  {
    method: 'createMergerMessage',
    params: { messageList: [text, other], title: 'what was said', summaryList: ['amy: 你好', 'amy: more'] },
    contentType: 107,
    elem: { mergeElem: { title: 'what was said', abstractList: ['amy: 你好', 'amy: more'] } }
  },
  { method: 'createCardMessage', params: JSON.stringify(card), contentType: 108, elem: { content: card } },
  { method: 'createLocationMessage', params: { ...place }, contentType: 109, elem: { locationElem: place } },
  { method: 'createCustomMessage', params: { ...custom }, contentType: 110, elem: { customElem: custom } },
  {
    method: 'createQuoteMessage',
    params: { text: 'I agree', message: JSON.stringify(text) },
    contentType: 114,
    elem: { quoteElem: { text: 'I agree' } }
  },
  { method: 'createFaceMessage', params: { ...face }, contentType: 115, elem: { faceElem: face } }
]

export const uploaded = new Set([
  'createImageMessage',
  'createSoundMessage',
  'createVideoMessage',
  'createFileMessage'
])
