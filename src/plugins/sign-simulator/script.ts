import type { ConnectFault, FaultSource, RequestFault, Script, Step, Target } from './faults.ts'
import { isSigning } from './methods.ts'

/** Makes a source of faults from a script. Each event takes the first step that fits it and is not used up. */
export function faultSource(script: Script): FaultSource {
  if (!Array.isArray(script)) return script as FaultSource
  const steps = (script as readonly Step[]).map(step => ({ step, left: step.times ?? 1 }))
  const take = (fits: (on: Step['on']) => boolean): Step[] => {
    const next = steps.find(({ step, left }) => left > 0 && fits(step.on))
    if (!next) return []
    next.left--
    return [next.step]
  }
  return {
    connect: () => take(on => on === 'connect') as ConnectFault[],
    request: method => take(on => on !== 'connect' && targets(on, method)) as RequestFault[]
  }
}

function targets(on: Target | undefined, method: string): boolean {
  if (on === undefined) return true
  if (on === 'sign') return isSigning(method)
  return on === 'read' ? !isSigning(method) : on === method
}
