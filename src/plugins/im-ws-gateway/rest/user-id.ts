import { Type } from 'typebox'

/**
 * What an id of a user or group looks like: 1–64 ASCII letters, digits and `_ . @ : -`, of which a letter, a digit or
 * `_` comes first. Clients put ids into query strings without encoding them, and servers into the ids of conversations
 * (`si_a_b`): none of these characters means anything there that would change the id, and none has a second Unicode
 * form. `_` is taken because many have it; what is kept of a conversation is found by both ids, not by that text.
 * `AtAllTag` is not one, since to clients it means everybody (specification §5.1), and neither is `system`, which
 * sends what has no sender.
 */
export const idPattern = '^(?!(?:AtAllTag|system)$)[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,63}$'

const rule = new RegExp(idPattern)

/** Whether a text may be the id of a user. */
export function isUserID(text: string): boolean {
  return rule.test(text)
}

/** The id of a user. */
export const UserID = Type.String({
  pattern: idPattern,
  description: '1–64 letters, digits and `_ . @ : -`; a letter, a digit or `_` comes first.',
  examples: ['ann']
})

/** The id of a group, which follows the same rule. */
export const GroupID = Type.String({
  pattern: idPattern,
  description: 'As an id of a user.',
  examples: ['team']
})
