import { ApiError } from '../api-error/service.ts'
import { StateFullError, type State } from '../state/service.ts'
import { Errors } from './errors.ts'

type Method<Given extends unknown[], Result> = (...given: Given) => Promise<Result>

/**
 * A state whose failures are answered as what they are: nothing can be said at present, try again (`scan.busy`). A state
 * that is full stays a {@link StateFullError}.
 */
export function busyWhileAway(state: State): State {
  return {
    isShared: state.isShared,
    get: told((key: string) => state.get(key)),
    set: told((...given: Parameters<State['set']>) => state.set(...given)),
    compareAndSet: told((...given: Parameters<State['compareAndSet']>) => state.compareAndSet(...given)),
    delete: told((key: string) => state.delete(key)),
    increment: told((...given: Parameters<State['increment']>) => state.increment(...given)),
    scan: told((...given: Parameters<State['scan']>) => state.scan(...given)),
    lock: told((...given: Parameters<State['lock']>) => state.lock(...given)),
    publish: told((...given: Parameters<State['publish']>) => state.publish(...given)),
    subscribe: (...given) => state.subscribe(...given),
    log: name => state.log(name)
  }
}

function told<Given extends unknown[], Result>(method: Method<Given, Result>): Method<Given, Result> {
  return async (...given) => {
    try {
      return await method(...given)
    } catch (error) {
      if (error instanceof StateFullError) throw error
      throw new ApiError(Errors['scan.busy'], { retryAfter: 1, cause: error })
    }
  }
}
