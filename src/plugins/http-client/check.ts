import { hostFault, type SettingProblem } from '../../core/index.ts'
import { known } from './charset.ts'
import type { HttpSettings } from './config.ts'

/** What a schema cannot see in the settings. */
export function checkSettings(settings: HttpSettings): SettingProblem[] {
  const lists = [
    [['insecureHosts'], settings.insecureHosts],
    [['internalHosts'], settings.internalHosts],
    ...Object.entries(settings.hostsByPlugin).map(
      ([plugin, list]) => [['hostsByPlugin', plugin], list] as const
    )
  ] as const
  const hosts = lists.flatMap(([path, list]) =>
    list.flatMap(entry => {
      const message = hostFault(entry)
      const hint = "write 'www.example.edu', '*.example.edu', '10.1.2.3:8080' or '10.1.0.0/16'"
      return message === undefined ? [] : [{ path, message, hint }]
    })
  )
  const charsets = [
    ...settings.charsetCandidates.map(label => ['charsetCandidates', label] as const),
    ['defaultCharset', settings.defaultCharset] as const
  ]
  const unknown = charsets
    .filter(([, label]) => known(label) === undefined)
    .map(([path, label]) => ({
      path: [path],
      message: `'${label}' is no encoding that texts are decoded from`
    }))
  return [...hosts, ...unknown]
}
