import { defineErrors } from '../../api-error/service.ts'

/** What can go wrong with a file. Numbers of `openim` are those of OpenIM's own server. */
export const UploadErrors = defineErrors({
  'im.token_malformed': {
    http: 401,
    flask: 3200,
    openim: 1503,
    title: { 'zh-CN': '令牌格式不正确', en: 'This is no token' }
  },
  'im.token_early': {
    http: 401,
    flask: 3201,
    openim: 1504,
    title: { 'zh-CN': '令牌尚未生效', en: 'The token is not valid yet' }
  },
  'im.token_unchecked': {
    http: 503,
    flask: 3202,
    openim: 1505,
    transient: true,
    title: { 'zh-CN': '暂时无法校验令牌，请稍后重试', en: 'The token could not be checked; try again later' }
  },
  'im.token_kicked': {
    http: 401,
    flask: 3203,
    openim: 1506,
    title: { 'zh-CN': '该登录已被下线', en: 'The session was ended by another login or by the server' }
  },
  'im.file_too_large': {
    http: 413,
    flask: 3204,
    openim: 1001,
    title: { 'zh-CN': '文件不能超过 {maxBytes} 字节', en: 'A file has at most {maxBytes} bytes' }
  },
  'im.storage_full': {
    http: 403,
    flask: 3205,
    openim: 1701,
    title: { 'zh-CN': '您的存储空间已用完', en: 'Your storage is used up' }
  },
  'im.uploads_full': {
    http: 507,
    flask: 3214,
    openim: 1701,
    title: { 'zh-CN': '服务器的存储空间已用完', en: 'The storage of the server is used up' }
  },
  'im.file_differs': {
    http: 400,
    flask: 3206,
    openim: 1701,
    title: { 'zh-CN': '收到的文件与其校验值不符', en: 'What arrived is not the file that was announced' }
  },
  'im.file_incomplete': {
    http: 409,
    flask: 3207,
    openim: 1701,
    title: { 'zh-CN': '文件尚未传完', en: 'Parts of the file have not arrived' }
  },
  'im.upload_not_found': {
    http: 404,
    flask: 3208,
    openim: 1004,
    title: { 'zh-CN': '上传不存在或已过期', en: 'There is no such upload, or it has expired' }
  },
  'im.part_address': {
    http: 403,
    flask: 3209,
    title: {
      'zh-CN': '上传地址无效或已过期',
      en: 'The address of the part was not made here, or has expired'
    }
  },
  'im.part_size': {
    http: 400,
    flask: 3210,
    title: { 'zh-CN': '分片长度不正确', en: 'The part has another length than was announced' }
  },
  'im.file_not_found': {
    http: 404,
    flask: 3211,
    title: { 'zh-CN': '没有该文件', en: 'There is no such file' }
  },
  'im.file_range': {
    http: 416,
    flask: 3212,
    title: { 'zh-CN': '文件没有该部分', en: 'The file does not have that range' }
  },
  'im.downloads_busy': {
    http: 503,
    flask: 3213,
    transient: true,
    title: { 'zh-CN': '下载过多，请稍后重试', en: 'Too many downloads are under way; try again later' }
  }
})
