import type { Target } from '../target.ts'
import { customs } from './customs179.ts'
import { envelopes } from './envelopes.ts'
import { fetchWorkers } from './fetch-workers.ts'
import { httpClient } from './http-client.ts'
import { im } from './im.ts'
import { imUploads } from './im-uploads.ts'
import { logins } from './logins.ts'
import { requests } from './requests.ts'
import { settings } from './settings.ts'
import { signBridge } from './sign-bridge.ts'
import { sse } from './sse.ts'
import { stores } from './stores.ts'
import { wechat } from './wechat.ts'

/** All of them: one for each parser of what comes from outside. */
export const targets: readonly Target[] = [
  ...envelopes,
  ...wechat,
  ...customs,
  ...im,
  ...imUploads,
  ...fetchWorkers,
  ...signBridge,
  ...sse,
  ...httpClient,
  ...logins,
  ...requests,
  ...settings,
  ...stores
]
