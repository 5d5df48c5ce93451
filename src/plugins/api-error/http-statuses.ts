import { STATUS_CODES } from 'node:http'
import type { CatalogueEntry } from './api-error.ts'

const chinese: Readonly<Record<number, string>> = {
  400: '请求出错',
  401: '需要登录',
  402: '需要付款',
  403: '权限不允许',
  404: '内容不存在',
  405: '调用方式不正确',
  406: '无法提供所要求的格式',
  407: '需要代理认证',
  408: '请求超时',
  409: '请求与当前状态冲突',
  410: '内容不存在',
  411: '缺少内容长度',
  412: '前提条件不满足',
  413: '请求内容过大',
  414: '请求地址过长',
  415: '不支持的内容类型',
  416: '请求的范围无效',
  417: '无法满足期望',
  418: '我是一只茶壶',
  421: '请求发到了错误的服务器',
  422: '请求内容无法处理',
  423: '内容已锁定',
  424: '依赖的操作失败',
  425: '请求过早',
  426: '需要升级协议',
  428: '需要前提条件',
  429: '请求过于频繁',
  431: '请求头过大',
  451: '因法律原因不可用',
  500: '服务器出错',
  501: '尚未实现',
  502: '网关出错',
  503: '服务暂时不可用',
  504: '网关超时',
  505: '不支持的 HTTP 版本',
  506: '内容协商出错',
  507: '存储空间不足',
  508: '检测到循环',
  509: '超出带宽限制',
  510: '需要扩展',
  511: '需要网络认证'
}

const standard = new Map(
  Object.keys(chinese).map(status => [Number(status), entryOf(Number(status), chinese[Number(status)])])
)

/** `http.400` to `http.511`: what frameworks and libraries report by nothing but a status. */
export const httpEntries: readonly CatalogueEntry[] = [...standard.values()]

/** The entry `http.<status>`, also for statuses (400–599) that no RFC names. */
export function httpEntry(status: number): CatalogueEntry {
  return standard.get(status) ?? entryOf(status, '未知错误')
}

function entryOf(status: number, zh = ''): CatalogueEntry {
  const title = { 'zh-CN': zh, en: STATUS_CODES[status] ?? 'Unknown error' }
  return { key: `http.${status}`, http: status, flask: 1007, title }
}
