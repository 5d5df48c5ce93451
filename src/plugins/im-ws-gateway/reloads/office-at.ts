import type { BackOffice } from '../embedded/contracts.ts'

/** What back ends may do, of a chat that is asked for each time. @param chat has its `BackOffice` */
export function officeAt(chat: () => Promise<BackOffice>): BackOffice {
  return {
    registerUser: async user => (await chat()).registerUser(user),
    hasUser: async userID => (await chat()).hasUser(userID),
    user: async userID => (await chat()).user(userID),
    importFriends: async (owner, friends) => (await chat()).importFriends(owner, friends),
    importGroup: async group => (await chat()).importGroup(group),
    send: async message => (await chat()).send(message)
  }
}
