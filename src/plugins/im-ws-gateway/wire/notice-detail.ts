import { revokedType } from './content-type-v2.ts'
import { isJsonObject } from './json.ts'

/** What a number in a detail stands for. */
type Meaning = 'role' | 'time' | 'kind' | 'groupType'

/**
 * The members of details that generations number differently (specification §5.1, §5.5). The same in the groups, people,
 * applications and lists of them that stand in a detail. Times of messages are not among them: all count those alike.
 */
const meanings: Readonly<Record<string, Meaning>> = {
  roleLevel: 'role',
  revokerRole: 'role',
  createTime: 'time',
  joinTime: 'time',
  muteEndTime: 'time',
  notificationUpdateTime: 'time',
  operationTime: 'time',
  reqTime: 'time',
  handleTime: 'time',
  handledTime: 'time',
  sessionType: 'kind',
  groupType: 'groupType'
}

/** How numbers become those of somebody else. Those of a meaning that is missing stay as they are. */
export type Renumbering = Readonly<Partial<Record<Meaning, (value: number) => number>>>

/** A detail holds a list, its elements hold people or groups. What is deeper is nobody's. */
const maxDepth = 3

/** Friends 1201–1299, groups 1501–1599, and what was taken back. The details of others are the application's own. */
function isNumbered(contentType: number): boolean {
  const block = Math.floor(contentType / 100)
  return block === 12 || block === 15 || contentType === revokedType
}

/**
 * The detail of a notice with other numbers: JSON, as it stands in `notificationElem`.
 * @param contentType as the model numbers it
 * @returns the same text where there is nothing to change, and where it is no JSON
 */
export function renumbered(detail: string, contentType: number, numbering: Renumbering): string {
  if (!isNumbered(contentType)) return detail
  try {
    const value: unknown = JSON.parse(detail)
    const shown = changed(value, numbering, maxDepth)
    return shown === value ? detail : JSON.stringify(shown)
  } catch {
    // Back ends hand in what they like: no JSON, or lists that are nested too deep to be written again.
    return detail
  }
}

/** The same value where nothing in it changes. */
function changed(value: unknown, numbering: Renumbering, levels: number): unknown {
  if (levels < 0) return value
  if (Array.isArray(value)) {
    const list = value.map((each: unknown) => changed(each, numbering, levels - 1))
    return list.some((each, index) => each !== value[index]) ? list : value
  }
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(([name, member]) => {
    const renumber = Object.hasOwn(meanings, name) ? numbering[meanings[name] as Meaning] : undefined
    if (renumber && typeof member === 'number') return [name, renumber(member)] as const
    return [name, changed(member, numbering, levels - 1)] as const
  })
  return members.some(([name, member]) => member !== value[name]) ? Object.fromEntries(members) : value
}
