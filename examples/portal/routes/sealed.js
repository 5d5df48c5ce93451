// POST /sealed { text } gives what only this user can open again, on whatever platform: PUT /sealed { sealed }.
export const meta = {
  post: '{ text } 加密',
  put: '{ sealed } 解密'
}

export function post({ text }) {
  return this.user.encrypt(text)
}

export function put({ sealed }) {
  return this.user.decrypt(sealed)
}
