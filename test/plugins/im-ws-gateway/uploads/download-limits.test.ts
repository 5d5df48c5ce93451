import { expect, test } from 'vitest'
import { DownloadLimits } from '../../../../src/plugins/im-ws-gateway/uploads/download-limits.ts'

test('there is room for so many in all, and for so many of one network', () => {
  const limits = new DownloadLimits({ maxDownloads: 3, maxDownloadsPerIp: 2 })
  const first = limits.begin('2001:db8::1')
  expect(first).toBeDefined()
  expect(limits.begin('2001:db8::2')).toBeDefined()
  expect(limits.begin('2001:db8::3')).toBeUndefined()
  const third = limits.begin('192.0.2.1')
  expect(third).toBeDefined()
  expect(limits.begin('192.0.2.2')).toBeUndefined()
  first?.()
  expect(limits.begin('192.0.2.2')).toBeDefined()
  third?.()
  expect(limits.begin('2001:db8::3')).toBeDefined()
})
