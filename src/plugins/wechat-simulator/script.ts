import type { ApiFault, FaultSource, PushFault, Script, Step } from './faults.ts'

/** Makes a source of faults from a script. Each call and push takes the first step that fits and is not used up. */
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
    api: call => take(on => on === undefined || on === 'api' || on === call) as ApiFault[],
    push: () => take(on => on === 'push') as PushFault[]
  }
}
