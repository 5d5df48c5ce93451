import type { AttachedInfo, MessageElems, OfflinePush } from '../model.ts'
import { isJsonObject, type JsonObject } from './json.ts'

const picture = { uuid: '', type: '', size: 0, width: 0, height: 0, url: '' }

/** Elements that both generations write the same way, with the members that both have, and nothing in them. */
export const blankElems = {
  pictureElem: { sourcePath: '', sourcePicture: picture, bigPicture: picture, snapshotPicture: picture },
  soundElem: { uuid: '', soundPath: '', sourceUrl: '', dataSize: 0, duration: 0 },
  videoElem: {
    videoPath: '',
    videoUUID: '',
    videoUrl: '',
    videoType: '',
    videoSize: 0,
    duration: 0,
    snapshotPath: '',
    snapshotUUID: '',
    snapshotSize: 0,
    snapshotUrl: '',
    snapshotWidth: 0,
    snapshotHeight: 0
  },
  fileElem: { filePath: '', uuid: '', sourceUrl: '', fileName: '', fileSize: 0 },
  faceElem: { index: 0, data: '' },
  locationElem: { description: '', longitude: 0, latitude: 0 },
  customElem: { data: '', description: '', extension: '' }
}

export type PlainElem = keyof typeof blankElems

export const plainElems = Object.keys(blankElems) as PlainElem[]

/** A business card. */
export const blankCard = { userID: '', nickname: '', faceURL: '', ex: '' }

export const blankPush: OfflinePush = {
  title: '',
  desc: '',
  ex: '',
  iOSPushSound: '',
  iOSBadgeCount: false
}

export const blankAttachedInfo = {
  groupHasReadInfo: { hasReadUserIDList: [], hasReadCount: 0, groupMemberCount: 0 },
  isPrivateChat: false,
  burnDuration: 0,
  hasReadTime: 0
} satisfies AttachedInfo

/**
 * A copy of `value` with every member that `blank` has, of the type that it has there: what is missing or of another
 * type is as in `blank`. Members that `blank` does not have are kept.
 */
export function filled<T extends object>(blank: T, value: unknown): T {
  const given: JsonObject = isJsonObject(value) ? value : {}
  const copy: JsonObject = { ...given }
  for (const [name, zero] of Object.entries(blank)) {
    const member = given[name]
    if (isJsonObject(zero)) copy[name] = filled(zero, member)
    else if (Array.isArray(zero) ? !Array.isArray(member) : typeof member !== typeof zero) copy[name] = zero
  }
  return copy as T
}

/** What a content type says, by the name of its element; undefined for those that say nothing. */
export function elemOf(contentType: number): keyof MessageElems | undefined {
  return byType.get(contentType) ?? (contentType >= 1_000 ? 'notificationElem' : undefined)
}

const byType: ReadonlyMap<number, keyof MessageElems> = new Map([
  [101, 'textElem'],
  [102, 'pictureElem'],
  [103, 'soundElem'],
  [104, 'videoElem'],
  [105, 'fileElem'],
  [106, 'atTextElem'],
  [107, 'mergeElem'],
  [108, 'cardElem'],
  [109, 'locationElem'],
  [110, 'customElem'],
  [111, 'notificationElem'],
  [113, 'typingElem'],
  [114, 'quoteElem'],
  [115, 'faceElem'],
  [117, 'advancedTextElem'],
  [118, 'notificationElem'],
  [119, 'customElem'],
  [120, 'customElem']
])
