import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'

/**
 * Why there is no answer. `none`: no worker may take the request, or has room. `credentials`: it holds some, and its host
 * is not in `credentialHosts`. `refused`: a worker took it and would not make it. `lost`: the worker has gone. `timeout`:
 * it was too slow. `target`: the upstream failed it. `too_large`: the answer has more bytes than may be. `aborted`: the
 * caller gave up.
 */
export type WorkerFailureKind =
  | 'none'
  | 'credentials'
  | 'refused'
  | 'lost'
  | 'timeout'
  | 'target'
  | 'too_large'
  | 'aborted'

/** What went wrong between a worker and an upstream. */
export type TargetFault = 'timeout' | 'connect' | 'dns' | 'tls' | 'body'

/** A request that no worker could make. */
export class WorkerFailure extends ApiError {
  readonly kind: WorkerFailureKind
  /** Whether the upstream may have got the request. False: it has not, so it may be made again whatever it does. */
  readonly acked: boolean
  /** Of the kind `target`. */
  readonly fault: TargetFault | undefined

  constructor(kind: WorkerFailureKind, acked: boolean, detail: string, fault?: TargetFault) {
    super(Errors['worker.failed'], { detail })
    this.name = 'WorkerFailure'
    this.kind = kind
    this.acked = acked
    this.fault = fault
  }
}
