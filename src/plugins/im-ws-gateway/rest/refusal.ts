import { ApiError, Errors as CommonErrors, type CatalogueEntry } from '../../api-error/service.ts'
import type { CodeName, ImError } from '../codes.ts'
import { RestErrors } from './errors.ts'

const entries: Partial<Record<CodeName, CatalogueEntry>> = {
  userNotFound: RestErrors['im.user_not_found'],
  groupNotFound: RestErrors['im.group_not_found'],
  groupDismissed: RestErrors['im.group_not_found'],
  duplicate: RestErrors['im.duplicate'],
  alreadyFriends: RestErrors['im.duplicate'],
  messageRepeated: RestErrors['im.duplicate'],
  badArguments: CommonErrors['param.invalid'],
  cannotAddSelf: CommonErrors['param.invalid'],
  contentType: CommonErrors['param.invalid'],
  noRecipient: CommonErrors['param.invalid'],
  tooLarge: CommonErrors['param.invalid'],
  notSupported: RestErrors['im.not_supported'],
  busy: RestErrors['im.unavailable'],
  timeout: RestErrors['im.unavailable'],
  internal: CommonErrors.internal
}

/** What the chat refuses, as a back end is told it; the text of the error says what it was in particular. */
export function refusalOf(error: ImError): ApiError {
  const entry = entries[error.code] ?? RestErrors['im.refused']
  return new ApiError(entry, { detail: error.message, cause: error })
}
