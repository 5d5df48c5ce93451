/** What a token says, once it was checked. */
export interface TokenFacts {
  readonly userID: string
  /** 0: any. */
  readonly platformID: number
  /** Milliseconds since the epoch; 0: unknown. */
  readonly issuedAt: number
  /** Milliseconds since the epoch; `Infinity`: never. */
  readonly expiresAt: number
}

/** All tokens of a user that are refused. */
export interface CutOff {
  readonly userID: string
  /** 0: all platforms. */
  readonly platformID: number
  /** Tokens issued then or before are refused: milliseconds since the epoch. */
  readonly until: number
}

/** Checks the tokens that clients log in with. */
export interface Tokens {
  /**
   * @throws {ImError} `tokenMalformed`, `tokenInvalid`, `tokenExpired`, `tokenNotYetValid`, `tokenKicked`;
   * `tokenUnknown` when whoever has to be asked does not answer; what an OpenIM server says besides: `platformDiffers`,
   * `userDiffers`
   */
  check(token: string): Promise<TokenFacts>
  /** From now on the token is refused with `tokenKicked`, on all nodes, until it expires. */
  kick(token: string, facts: TokenFacts): Promise<void>
  /**
   * The same for all tokens of a user that were issued before now; of one platform, or (0 or missing) of all. A token
   * for any platform is refused in either case.
   */
  kickAll(userID: string, platformID?: number): Promise<void>
  /** Calls `listener`, in place of the one before, with what `kickAll` has refused on any node; with some of it twice. */
  watchCutOffs(listener: (cutOff: CutOff) => void): void
}

/** Makes tokens too. */
export interface TokenIssuer extends Tokens {
  /** @param platformID 1–11, or 0 for a token of any platform */
  issue(
    userID: string,
    platformID: number
  ): Promise<{ readonly token: string; readonly expireTimeSeconds: number }>
}
