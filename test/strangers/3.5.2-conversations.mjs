// Conversations and their settings: https://docs.openim.io/sdks/api/conversation/, https://docs.openim.io/sdks/class/conversation/.
// getMultipleConversation takes a list and getConversationIDBySessionType resolves with a string, as their pages say.

import { CbEvents, MessageReceiveOptType, SessionType } from 'oim352'
import { conversation, including, just, now, positive, text, without } from './3.5.2-shapes.mjs'

export async function conversations(t) {
  const [a, b, c] = [await t.online('Cora'), await t.online('Cyd'), await t.online('Cem')]
  const idOf = {}

  await t.step('reading conversations', async () => {
    const params = { sourceID: b.userID, sessionType: SessionType.Single }
    const made = await t.ask(a, 'getOneConversation', params)
    const withCyd = {
      ...conversation,
      userID: b.userID,
      groupID: '',
      conversationType: SessionType.Single,
      showName: 'Cyd',
      faceURL: 'https://faces.example/Cyd.png',
      unreadCount: 0,
      isPinned: false,
      isPrivateChat: false,
      draftText: ''
    }
    t.is('getOneConversation resolves with a ConversationItem', made, withCyd)
    idOf.b = made?.conversationID
    t.is(
      'getConversationIDBySessionType resolves with its ID',
      await t.ask(a, 'getConversationIDBySessionType', params),
      idOf.b
    )
    await t.say(b, { recvID: a.userID }, 'from Cyd')
    await t.say(c, { recvID: a.userID }, 'from Cem')
    idOf.c = await t.conversationOf(a, c.userID, SessionType.Single)

    const created = await t.ask(a, 'createGroup', {
      groupInfo: { groupName: 'Team', groupType: 2, faceURL: 'https://faces.example/team.png' },
      memberUserIDs: [b.userID, c.userID]
    })
    const groupParams = { sourceID: created?.groupID, sessionType: SessionType.Group }
    const ofGroup = await t.ask(a, 'getOneConversation', groupParams)
    const withTeam = {
      ...conversation,
      userID: '',
      groupID: created?.groupID,
      conversationType: SessionType.Group,
      showName: 'Team',
      faceURL: 'https://faces.example/team.png'
    }
    t.is('getOneConversation has the conversation of a group', ofGroup, withTeam)
    idOf.group = ofGroup?.conversationID
    const groupID = await t.ask(a, 'getConversationIDBySessionType', groupParams)
    t.is('getConversationIDBySessionType has the ID of a group', groupID, idOf.group)

    const all = await t.ask(a, 'getAllConversationList')
    const three = Object.values(idOf).map(conversationID => ({ ...conversation, conversationID }))
    t.is('getAllConversationList has them', all, including(...three.slice(0, 2)))
    const several = await t.ask(a, 'getMultipleConversation', [idOf.b, idOf.c])
    t.is('getMultipleConversation has those asked for', several, just(...three.slice(0, 2)))

    const pages = []
    for (const offset of [0, 1, 2]) {
      pages.push((await t.ask(a, 'getConversationListSplit', { offset, count: 1 })) ?? [])
    }
    const whole = (Array.isArray(all) ? all : []).map(({ conversationID }) => conversationID)
    const split = pages.flat().map(({ conversationID }) => conversationID)
    t.is('getConversationListSplit has the same list in pages', split, whole.slice(0, 3))
  })

  /** Sets something of the conversation with Cyd, which shows in OnConversationChanged and in a later read. */
  const sets = async (method, params, expected) => {
    const since = a.mark()
    await t.ask(a, method, { conversationID: idOf.b, ...params })
    const changed = [{ ...conversation, conversationID: idOf.b, ...expected }]
    const what = `${method} ${JSON.stringify(params)}`
    await t.event(
      `OnConversationChanged comes after ${what}`,
      a,
      CbEvents.OnConversationChanged,
      since,
      changed
    )
    t.is(
      `${what} shows in getMultipleConversation`,
      await t.ask(a, 'getMultipleConversation', [idOf.b]),
      changed
    )
  }

  await t.step('drafts', async () => {
    await sets(
      'setConversationDraft',
      { draftText: 'unfinished' },
      { draftText: 'unfinished', draftTextTime: now }
    )
    await sets('setConversationDraft', { draftText: '' }, { draftText: '' })
  })

  await t.step('pinning', async () => {
    await sets('pinConversation', { isPinned: true }, { isPinned: true })
    const [first] = (await t.ask(a, 'getAllConversationList')) ?? []
    t.is('a pinned conversation is the first of the list', first, { conversationID: idOf.b, isPinned: true })
    await sets('pinConversation', { isPinned: false }, { isPinned: false })
  })

  await t.step('receiving options', async () => {
    const { NotReceive, NotNotify, Nomal } = MessageReceiveOptType
    await sets('setConversationRecvMessageOpt', { opt: NotNotify }, { recvMsgOpt: NotNotify })
    let since = a.mark()
    await t.say(b, { recvID: a.userID }, 'softly')
    await t.event('with NotNotify messages come while online', a, CbEvents.OnRecvNewMessages, since, [
      { textElem: { content: 'softly' } }
    ])
    await sets('setConversationRecvMessageOpt', { opt: NotReceive }, { recvMsgOpt: NotReceive })
    since = a.mark()
    await t.say(b, { recvID: a.userID }, 'unheard')
    await t.noEvent(
      'with NotReceive none come',
      a,
      CbEvents.OnRecvNewMessages,
      since,
      including({ sendID: b.userID })
    )
    await sets('setConversationRecvMessageOpt', { opt: Nomal }, { recvMsgOpt: Nomal })
    since = a.mark()
    await t.say(b, { recvID: a.userID }, 'heard')
    await t.event('with Nomal they come again', a, CbEvents.OnRecvNewMessages, since, [
      { textElem: { content: 'heard' } }
    ])
  })

  await t.step('burning after reading', async () => {
    await sets('setConversationPrivateChat', { isPrivate: true }, { isPrivateChat: true })
    await sets('setConversationBurnDuration', { burnDuration: 45 }, { burnDuration: 45 })
    const since = b.mark()
    const sent = await t.say(a, { recvID: b.userID }, 'burn this')
    const secret = { attachedInfoElem: { isPrivateChat: true, burnDuration: 45 } }
    t.is('a message in a private chat says so in attachedInfoElem', sent, secret)
    await t.event(
      'and says so to the receiver',
      b,
      CbEvents.OnRecvNewMessages,
      since,
      including({
        clientMsgID: sent.clientMsgID,
        ...secret
      })
    )
    await sets('setConversationPrivateChat', { isPrivate: false }, { isPrivateChat: false })
  })

  const list = () => t.ask(a, 'getAllConversationList')
  const comesBack = async how => {
    const since = a.mark()
    await t.say(b, { recvID: a.userID }, `after ${how}`)
    await t.event(
      `a new message brings the conversation back after ${how}`,
      a,
      [CbEvents.OnConversationChanged, CbEvents.OnNewConversation],
      since,
      including({ conversationID: idOf.b, unreadCount: positive })
    )
    t.is(`it is in the list again after ${how}`, await list(), including({ conversationID: idOf.b }))
  }

  await t.step('hiding', async () => {
    const before = await t.history(a, idOf.b)
    await t.ask(a, 'hideConversation', idOf.b)
    t.is('hideConversation takes it from the list', await list(), without({ conversationID: idOf.b }))
    t.is('hideConversation keeps the messages', await t.history(a, idOf.b), before)
    await comesBack('hideConversation')
    await t.ask(a, 'hideAllConversation')
    t.is('hideAllConversation empties the list', await list(), [])
    await comesBack('hideAllConversation')
  })

  await t.step('clearing', async () => {
    const since = a.mark()
    await t.ask(a, 'clearConversationAndDeleteAllMsg', idOf.b)
    await t.event(
      'OnConversationChanged comes after clearConversationAndDeleteAllMsg',
      a,
      CbEvents.OnConversationChanged,
      since,
      [{ ...conversation, conversationID: idOf.b, unreadCount: 0 }]
    )
    t.is('clearConversationAndDeleteAllMsg empties the history', await t.history(a, idOf.b), [])
    t.is(
      'clearConversationAndDeleteAllMsg keeps the conversation',
      await list(),
      including({ conversationID: idOf.b })
    )
  })

  await t.step('deleting', async () => {
    await t.say(b, { recvID: a.userID }, 'to be deleted')
    await t.ask(a, 'deleteConversationAndDeleteAllMsg', idOf.b)
    t.is(
      'deleteConversationAndDeleteAllMsg takes it from the list',
      await list(),
      without({ conversationID: idOf.b })
    )
    t.is('deleteConversationAndDeleteAllMsg empties the history', await t.history(a, idOf.b), [])
    await comesBack('deleteConversationAndDeleteAllMsg')
    t.is('the deleted messages stay deleted', await t.history(a, idOf.b), [
      { clientMsgID: text, textElem: { content: 'after deleteConversationAndDeleteAllMsg' } }
    ])
  })
}
