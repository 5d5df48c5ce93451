import { ApiError, Errors as CommonErrors } from '../../api-error/service.ts'

/** The longest name of a file, in UTF-16 units. Most file systems take no longer one. */
const maxFileNameChars = 255
/** Characters of a name that stand in its address: the router takes no longer parameter than 100 UTF-16 units. */
const addressChars = 50
/** Controls, halves of characters, breaks of lines, and what turns the direction of text, so that `gnp.exe` reads as another name. */
const deceptive = /[\p{Cc}\p{Surrogate}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
/** A type and a subtype (RFC 6838 §4.2), without parameters. */
const mediaType = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/

/**
 * The name of a file in the name of an object, which clients write `<userID>/<file name>`.
 * @throws {ApiError} `auth.forbidden` for that of another user, `param.invalid` for one that no file should have
 */
export function fileNameIn(objectName: string, userID: string): string {
  if (!objectName.startsWith(`${userID}/`))
    throw new ApiError(CommonErrors['auth.forbidden'], { detail: `name must start with ${userID}/` })
  const name = objectName.slice(userID.length + 1)
  if (!isFileName(name))
    throw invalid('/name', {
      'zh-CN': `应为 用户ID/文件名，文件名 1–${maxFileNameChars} 个字符，不含路径与控制字符`,
      en: `is the user's id, a slash and the name of a file: 1–${maxFileNameChars} characters, no path and no controls`
    })
  return name
}

/**
 * The media type of a file in lower case; nothing stands for `application/octet-stream`.
 * @throws {ApiError} `param.invalid` when it is none
 */
export function contentTypeIn(text: string): string {
  const type = text.trim().toLowerCase() || 'application/octet-stream'
  if (mediaType.test(type)) return type
  throw invalid('/contentType', {
    'zh-CN': '应为 image/png 这样的类型，不带参数',
    en: 'is a type like image/png, without parameters'
  })
}

/** The end of a name, which has its extension, as it stands in an address. */
export function addressedName(name: string): string {
  return encodeURIComponent(Array.from(name).slice(-addressChars).join(''))
}

function isFileName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || name.length > maxFileNameChars) return false
  return !/[/\\]/.test(name) && !deceptive.test(name) && name.trim() !== ''
}

function invalid(path: string, message: { readonly 'zh-CN': string; readonly en: string }): ApiError {
  return new ApiError(CommonErrors['param.invalid'], { fields: [{ path, code: 'format', message }] })
}
