import type { Dialect } from './frame.ts'
import type { Shapes } from './shapes.ts'
import { shapesV2 } from './shapes-v2.ts'
import { shapesV3 } from './shapes-v3.ts'

/** What each dialect's clients see. A message taken back is of type 111 in 2.0, and of 118 in 2.3. */
export const shapesOf: Readonly<Record<Dialect, Shapes>> = {
  '2.0': shapesV2(111),
  '2.3': shapesV2(118),
  '3': shapesV3
}
