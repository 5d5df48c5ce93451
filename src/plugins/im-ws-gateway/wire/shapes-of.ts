import { sessionType } from '../model.ts'
import type { Dialect } from './frame.ts'
import type { Shapes } from './shapes.ts'
import { shapesV2 } from './shapes-v2.ts'
import { shapesV3 } from './shapes-v3.ts'

/** All groups are normal ones to 2.0 clients, which declare no other kind and know no ids `super_group_…`. */
const onlyNormalGroups = (kind: number): number =>
  kind === sessionType.superGroup ? sessionType.group : kind

/** What each dialect's clients see. A message taken back is of type 111 in 2.0, and of 118 in 2.3. */
export const shapesOf: Readonly<Record<Dialect, Shapes>> = {
  '2.0': shapesV2({ revokeType: 111, kind: onlyNormalGroups }),
  '2.3': shapesV2({ revokeType: 118, kind: kind => kind }),
  '3': shapesV3
}
