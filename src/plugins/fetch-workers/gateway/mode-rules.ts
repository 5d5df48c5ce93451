import { HostList, targetOf } from '../../../core/index.ts'
import type { WorkersSettings } from '../config.ts'
import type { WorkerMode, WorkerRuleFacts } from '../service.ts'

/** Says who makes a request, by the settings. */
export class ModeRules {
  readonly #rules: readonly {
    readonly fits: (facts: WorkerRuleFacts) => boolean
    readonly mode: WorkerMode
  }[]
  readonly #otherwise: WorkerMode

  constructor({ rules, mode }: Pick<WorkersSettings, 'rules' | 'mode'>) {
    this.#otherwise = mode
    this.#rules = rules.map(rule => {
      const hosts = rule.hosts && new HostList(rule.hosts)
      return {
        mode: rule.mode,
        fits: ({ method, url, plugin }) =>
          (hosts?.has(targetOf(url)) ?? true) &&
          (rule.methods?.includes(method) ?? true) &&
          (rule.plugins?.includes(plugin ?? '') ?? true)
      }
    })
  }

  modeFor(facts: WorkerRuleFacts): WorkerMode {
    return this.#rules.find(({ fits }) => fits(facts))?.mode ?? this.#otherwise
  }
}
