import { ApiError, Errors as CommonErrors, type CatalogueEntry } from '../../api-error/service.ts'
import type { CodeName, ImError } from '../codes.ts'
import { UploadErrors } from './errors.ts'

const entries: Partial<Record<CodeName, CatalogueEntry>> = {
  tokenExpired: CommonErrors['auth.token_expired'],
  tokenMalformed: UploadErrors['im.token_malformed'],
  tokenNotYetValid: UploadErrors['im.token_early'],
  tokenUnknown: UploadErrors['im.token_unchecked'],
  tokenKicked: UploadErrors['im.token_kicked'],
  userDiffers: CommonErrors['auth.forbidden']
}

/** Why a token is no good, as an answer says it: with the number that a login would be answered with. */
export function tokenRefusal(error: ImError): ApiError {
  return new ApiError(entries[error.code] ?? CommonErrors['auth.token_invalid'], { cause: error })
}
