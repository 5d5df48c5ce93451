import type { RunningWechatSimulator } from '../../../src/plugins/wechat-simulator/simulator.ts'

/** What the API answers. */
export interface ApiAnswer {
  readonly errcode?: number
  readonly errmsg?: string
  readonly access_token: string
  readonly expires_in: number
  readonly ticket: string
  readonly url: string
  readonly expire_seconds?: number
}

/** Calls the API of a simulator as a program does that knows the account. */
export class ApiClient {
  readonly #simulator: RunningWechatSimulator

  constructor(simulator: RunningWechatSimulator) {
    this.#simulator = simulator
  }

  async get(path: string, query: Record<string, string> = {}): Promise<ApiAnswer> {
    const response = await fetch(`${this.#simulator.apiBase}/cgi-bin/${path}?${new URLSearchParams(query)}`)
    return (await response.json()) as ApiAnswer
  }

  async post(path: string, body: unknown, query: Record<string, string> = {}): Promise<ApiAnswer> {
    const response = await fetch(`${this.#simulator.apiBase}/cgi-bin/${path}?${new URLSearchParams(query)}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body)
    })
    return (await response.json()) as ApiAnswer
  }

  classicToken(changes: Record<string, string> = {}): Promise<ApiAnswer> {
    const { appId: appid, appSecret: secret } = this.#simulator.account
    return this.get('token', { grant_type: 'client_credential', appid, secret, ...changes })
  }

  stableToken(changes: object = {}): Promise<ApiAnswer> {
    const { appId: appid, appSecret: secret } = this.#simulator.account
    return this.post('stable_token', { grant_type: 'client_credential', appid, secret, ...changes })
  }

  /** Makes a QR code with this body, and a token of its own unless there is one. */
  async qrCode(body: unknown, token?: string): Promise<ApiAnswer> {
    const access_token = token ?? (await this.stableToken()).access_token
    return this.post('qrcode/create', body, { access_token })
  }

  /** Makes a temporary QR code for a scene. */
  scene(scene: string, ttlS = 120): Promise<ApiAnswer> {
    return this.qrCode({
      action_name: 'QR_STR_SCENE',
      expire_seconds: ttlS,
      action_info: { scene: { scene_str: scene } }
    })
  }
}
