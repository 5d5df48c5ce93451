import { encodeGbk } from './gbk.js'

/** A page in GBK, which says so in a place that HTTP clients do not look at. */
export function page(content, { status = 200, title = '数字校园' } = {}) {
  const html = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>${title}</title></head><body>
${content}
</body></html>`
  return { status, headers: { 'content-type': 'text/html' }, body: encodeGbk(html) }
}

/** Rows of a table. */
export function table(rows) {
  const lines = rows.map(cells => `<tr>${cells.map(cell => `<td>${cell}</td>`).join('')}</tr>`)
  return `<table border=1>\n${lines.join('\n')}\n</table>`
}
