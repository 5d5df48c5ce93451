// The client itself is served from where it is installed.
export { CbEvents, MessageStatus, MessageType, OpenIMSDK, SessionType } from 'oim352'
