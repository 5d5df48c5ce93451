// GET /me : users and guests. Whatever else is read of a guest is answered with 401 by itself.
export function get() {
  const { user } = this
  if (!user.isLogin) return { name: '游客' }
  return { name: user.name, schoolnum: user.schoolnum, platform: user.platform }
}
