import { operations, type OperationName } from '../operations/index.ts'
import type { Device, Operations } from '../user-core.ts'

/** Who sees to it that an operation is done. */
export interface Performer {
  perform(device: Device, name: OperationName, args: unknown): Promise<unknown>
}

/** The operations of a user. They are made when they are asked for: there are many, and many users. */
export function nodeOperations(core: Performer): Operations {
  return new NodeOperations(core) as unknown as Operations
}

class NodeOperations {
  readonly #core: Performer

  constructor(core: Performer) {
    this.#core = core
  }

  static bind(of: NodeOperations, name: OperationName) {
    return (args: unknown, device: Device): Promise<unknown> => of.#core.perform(device, name, args)
  }
}

for (const name of Object.keys(operations) as OperationName[])
  Object.defineProperty(NodeOperations.prototype, name, {
    enumerable: true,
    get(this: NodeOperations) {
      return NodeOperations.bind(this, name)
    }
  })
