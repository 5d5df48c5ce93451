/** Who chats on the page. They are the same for everybody who opens it, so that it makes no more of them. */
export const people = [
  { userID: 'demo-lin', nickname: 'Lin 林' },
  { userID: 'demo-wei', nickname: 'Wei 魏' }
] as const

/** The platform that browsers log in as. */
export const webPlatform = 5

/** What the page needs for one of its sides. */
export interface DemoLogin {
  readonly userID: string
  readonly nickname: string
  readonly token: string
}
