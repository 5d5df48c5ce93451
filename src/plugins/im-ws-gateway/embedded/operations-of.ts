import { operations, type OperationName } from '../operations/index.ts'
import type { Device, Operations } from '../user-core.ts'
import type { Part } from './contracts.ts'

/** Runs what a user has asked for. */
export type RunOperation = <Result>(task: () => Promise<Result>) => Promise<Result>

/** Makes the operations of a user. They are made when they are asked for: there are many, and many users. */
export function operationsFrom(part: Part<OperationName>): (userID: string, run: RunOperation) => Operations {
  const names = Object.keys(operations) as OperationName[]
  type Anything = (userID: string, args: unknown, device: Device) => Promise<unknown>
  const parts = part as unknown as Readonly<Record<OperationName, Anything>>

  class UserOperations {
    readonly #userID: string
    readonly #run: RunOperation

    constructor(userID: string, run: RunOperation) {
      this.#userID = userID
      this.#run = run
    }

    static bind(operation: UserOperations, name: OperationName) {
      const task = parts[name]
      return (args: unknown, device: Device): Promise<unknown> =>
        operation.#run(() => task(operation.#userID, args, device))
    }
  }
  for (const name of names)
    Object.defineProperty(UserOperations.prototype, name, {
      enumerable: true,
      get(this: UserOperations) {
        return UserOperations.bind(this, name)
      }
    })
  return (userID, run) => new UserOperations(userID, run) as unknown as Operations
}
