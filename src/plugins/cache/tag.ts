/** Tags that begin so are the plugin's own. */
export const ownTag = '@'

/** What is wrong with a tag that somebody gives to values or wants cleared. */
export function tagFault(tag: unknown): string | undefined {
  if (typeof tag !== 'string' || !/^[!-~]{1,128}$/.test(tag))
    return 'a tag is 1–128 visible ASCII characters without spaces'
  return tag.startsWith(ownTag) ? `tags that begin with '${ownTag}' are the cache's own` : undefined
}
