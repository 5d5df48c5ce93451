import { methodsOf } from './method.ts'

const invite = '{invitation, offlinePushInfo}'
const action = '{opUserID, invitation, ex}'

/** Calls, and the organisation tree, which this gateway does not have. */
export const signalMethods = methodsOf([
  ['SignalingInvite', 'older', 'signalInvite', invite, null, 'room'],
  ['SignalingInviteInGroup', 'older', 'signalInviteInGroup', invite, null, 'room'],
  ['SignalingAccept', 'older', 'signalAccept', action, null, 'room'],
  ['SignalingReject', 'older', 'signalReject', action, null, 'empty'],
  ['SignalingCancel', 'older', 'signalCancel', action, null, 'empty'],
  ['SignalingHungUp', 'only23', 'signalHangUp', action, null, 'empty'],
  ['GetSubDepartment', 'only23', 'notSupported'],
  ['GetDepartmentMember', 'only23', 'notSupported'],
  ['GetUserInDepartment', 'only23', 'notSupported'],
  ['GetDepartmentMemberAndSubDepartment', 'only23', 'notSupported'],
  ['GetDepartmentInfo', 'only23', 'notSupported'],
  ['SearchOrganization', 'only23', 'notSupported']
])
