import { expect, test } from 'vitest'
import cors from '../../../../src/plugins/cors/index.ts'
import { noise, startUploads, uploader } from './rig.ts'

const origin = 'https://app.example.com'

/** What a browser asks before it sends a request that is not a simple one. */
async function preflight(url: string, method: string, headers: string): Promise<Headers> {
  const asked = {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': headers
  }
  const response = await fetch(url, { method: 'OPTIONS', headers: asked })
  expect(response.status).toBe(204)
  return response.headers
}

test('pages of an origin that is allowed may upload, and see what they have uploaded', async () => {
  await using gateway = await startUploads({}, { plugins: [[cors, { origins: [origin] }]] })
  const ann = await uploader(gateway)
  for (const route of ['part_size', 'initiate_multipart_upload', 'complete_multipart_upload']) {
    const allowed = await preflight(`${gateway.http}/object/${route}`, 'POST', 'operationid,token')
    expect(allowed.get('access-control-allow-origin')).toBe(origin)
    expect(allowed.get('access-control-allow-headers')).toBe('operationid,token')
    expect(allowed.get('access-control-allow-methods')).toContain('POST')
  }
  const upload = await ann.begin(noise(5))
  const part = upload.sign.parts[0]?.url ?? ''
  const allowed = await preflight(part, 'PUT', 'content-type')
  expect(allowed.get('access-control-allow-origin')).toBe(origin)
  expect(allowed.get('access-control-allow-methods')).toContain('PUT')
  const put = await ann.put(part, noise(5), { origin, 'content-type': 'image/png' })
  expect([put.status, put.headers.get('access-control-allow-origin')]).toEqual([204, origin])
  const url = await ann.upload(noise(6))
  const file = await fetch(url, { headers: { origin } })
  expect(file.headers.get('access-control-allow-origin')).toBe(origin)
  // A failure can be read as well, or nobody would know what is wrong.
  const bad = await fetch(part, { method: 'PUT', body: 'x', headers: { origin } })
  expect([bad.status, bad.headers.get('access-control-allow-origin')]).toEqual([400, origin])
})

test('pages of other origins may not', async () => {
  await using gateway = await startUploads()
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'token'
  }
  const response = await fetch(`${gateway.http}/object/part_size`, { method: 'OPTIONS', headers })
  expect(response.headers.get('access-control-allow-origin')).toBe(null)
})
