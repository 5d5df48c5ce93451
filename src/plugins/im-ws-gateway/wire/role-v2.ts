import { role } from '../model.ts'

const roles = new Map<number, number>([
  [role.member, 1],
  [role.owner, 2],
  [role.admin, 3]
])

/** Roles as 2.x numbers them: 1 member, 2 owner, 3 admin. */
export function roleV2(roleLevel: number): number {
  return roles.get(roleLevel) ?? roleLevel
}

/** One of {@link role} for what 2.x clients call it. Anything else is handed back. */
export function roleOfV2(roleLevel: unknown): unknown {
  for (const [ours, theirs] of roles) if (Number(roleLevel) === theirs) return ours
  return roleLevel
}
