/** Notices that 2.x has no numbers for, and the nearest that it has. */
const nearest: ReadonlyMap<number, number> = new Map([
  [1_519, 1_502],
  [1_520, 1_502]
])

/** What was taken back, in the model. */
export const revokedType = 2_101
const revokedTypesV2: ReadonlySet<number> = new Set([111, 118])

/** A content type as 2.x numbers it. @param revokeType what was taken back, to this client */
export function contentTypeV2(contentType: number, revokeType: number): number {
  return contentType === revokedType ? revokeType : (nearest.get(contentType) ?? contentType)
}

/** The content types of the model that 2.x clients see as this one. */
export function contentTypesOfV2(contentType: number): readonly number[] {
  if (revokedTypesV2.has(contentType)) return [revokedType]
  return [contentType, ...[...nearest].flatMap(([type, shown]) => (shown === contentType ? [type] : []))]
}
