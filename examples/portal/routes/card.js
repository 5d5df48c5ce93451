import { rowsOf } from './_rows.js'

// GET /card : a page behind a login with cookies, and each user's answer kept as ciphertext. `10m+`: an old one is
// shown at once, and renewed behind it.
export const meta = { get: '一卡通余额', delete: '清除缓存' }

export default {
  get() {
    return this.userCache('10m+', async () => {
      await this.useAuthCookie()
      const { data } = await this.get(`${this.campus}/portal/card`)
      const [[, balance]] = rowsOf(data)
      return { balance: Number(balance.replace('￥', '')) }
    })
  },

  delete() {
    return this.clearUserCache()
  }
}
