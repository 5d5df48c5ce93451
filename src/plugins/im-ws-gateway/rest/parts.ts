import { Type, type TProperties } from 'typebox'
import type { ApiErrors } from '../../api-error/service.ts'
import type { ImSettings } from '../config.ts'
import type { BackOffice } from '../embedded/contracts.ts'
import type { ImGateway } from '../service.ts'
import type { TokenIssuer } from '../tokens/tokens.ts'

/** What the routes of back ends work with. */
export interface ImRoutesParts {
  readonly settings: Pick<ImSettings, 'adminSecret' | 'maxGroupMembers'>
  /** Missing: tokens come from an OpenIM server. */
  readonly issuer: Pick<TokenIssuer, 'issue'> | undefined
  readonly backOffice: BackOffice
  readonly forceLogout: ImGateway['forceLogout']
  /** On which platforms a user is connected; missing: that is not known. */
  readonly platformsOf?: ((userID: string) => readonly number[]) | undefined
  readonly errors: ApiErrors | undefined
}

/** The body of a request. Members that it does not have are refused. */
export function bodyOf<Members extends TProperties>(members: Members, example: object) {
  return Type.Object(members, { additionalProperties: false, examples: [example] })
}
