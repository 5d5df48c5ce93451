/** What a picture, a sound, a video and a file are described with, in all versions. */
export const picture = { uuid: 'p', type: 'png', size: 1, width: 2, height: 3, url: 'http://p' }
export const sound = { uuid: 's', soundPath: '', sourceUrl: 'http://s', dataSize: 1, duration: 2 }
export const video = {
  videoPath: '',
  duration: 1,
  videoType: 'mp4',
  snapshotPath: '',
  videoUUID: 'v',
  videoUrl: 'http://v',
  videoSize: 1,
  snapshotUUID: 'sn',
  snapshotSize: 1,
  snapshotUrl: 'http://sn',
  snapshotWidth: 1,
  snapshotHeight: 1
}
export const file = { filePath: '', fileName: 'f.txt', uuid: 'f', sourceUrl: 'http://f', fileSize: 1 }
export const pictures = { sourcePicture: picture, bigPicture: picture, snapshotPicture: picture }
