import { service } from '../../core/index.ts'

/** A stand-in for WeChat: its API, its pushes, and a phone. */
export interface WechatSimulator {
  /**
   * Base URL of the simulated api.weixin.qq.com, `http://127.0.0.1:port`. The phone is the page `/wechat-simulator`;
   * with `?url=`, the text of a QR code, that one comes first.
   */
  readonly apiBase: string
  /** What an account of ours must be set to so that both sides agree. */
  readonly account: {
    readonly appId: string
    readonly appSecret: string
    readonly token: string
    readonly encodingAesKey: string
    readonly mode: 'plain' | 'compat' | 'secure'
  }
}

export const WechatSimulator = service<WechatSimulator>('wechatSimulator')
