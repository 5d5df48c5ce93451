import { defineErrors } from '../api-error/service.ts'

/**
 * What can go wrong with a signature. `transient` marks the kinds where nothing was sent to a card, so that the same
 * request may be made again; after all others a PIN has left, and only a person may decide.
 */
export const Errors = defineErrors({
  'sign.device_unavailable': {
    http: 503,
    flask: 3040,
    transient: true,
    title: { 'zh-CN': '没有可用的签名设备', en: 'No signing device is available' }
  },
  'sign.device_elsewhere': {
    http: 503,
    flask: 3068,
    transient: true,
    title: {
      'zh-CN': '签名设备正由另一网关使用，请重试',
      en: 'Another gateway has the signing device; ask again'
    }
  },
  'sign.queue_full': {
    http: 503,
    flask: 3041,
    transient: true,
    title: { 'zh-CN': '签名请求过多，请稍后再试', en: 'Too many signing requests are waiting' }
  },
  'sign.deadline_in_queue': {
    http: 504,
    flask: 3042,
    transient: true,
    title: { 'zh-CN': '排队超时，未提交签名', en: 'The request waited too long and was not sent' }
  },
  'sign.timeout': {
    http: 504,
    flask: 3043,
    title: { 'zh-CN': '签名设备未及时响应', en: 'The signing device did not reply in time' }
  },
  'sign.device_lost_after_send': {
    http: 502,
    flask: 3044,
    title: {
      'zh-CN': '签名过程中设备断开，结果未知',
      en: 'The device was lost while signing; the outcome is unknown'
    }
  },
  'sign.protocol_error': {
    http: 502,
    flask: 3045,
    title: { 'zh-CN': '签名设备的响应无法识别', en: 'The signing device sent something that is no reply' }
  },
  'sign.empty_result': {
    http: 502,
    flask: 3046,
    title: { 'zh-CN': '签名设备未返回签名', en: 'The signing device returned no signature' }
  },
  'sign.cert_missing': {
    http: 502,
    flask: 3047,
    title: {
      'zh-CN': '签名设备未返回证书编号',
      en: 'The signing device did not say which certificate it used'
    }
  },
  'sign.device_error': {
    http: 502,
    flask: 3048,
    expose: true,
    title: { 'zh-CN': '签名设备拒绝了请求', en: 'The signing device refused the request' }
  },
  'sign.pin_refused': {
    http: 502,
    flask: 3049,
    title: {
      'zh-CN': '签名卡口令错误或已锁定，请勿重试',
      en: 'The card refused the PIN; do not try again with it'
    }
  },
  'sign.shutting_down': {
    http: 503,
    flask: 3050,
    transient: true,
    title: { 'zh-CN': '服务正在关闭', en: 'The gateway is shutting down' }
  },
  'sign.text_too_large': {
    http: 413,
    flask: 3051,
    title: { 'zh-CN': '待签名内容过长', en: 'The text to sign is too long' }
  },
  'sign.text_invalid': {
    http: 400,
    flask: 3052,
    title: { 'zh-CN': '待签名内容不是有效的 Unicode 文本', en: 'The text to sign is not well-formed Unicode' }
  },
  'sign.card_swapped': {
    http: 502,
    flask: 3053,
    title: { 'zh-CN': '签名卡与配置不符', en: 'The device holds another card than it should' }
  },
  'sign.signature_invalid': {
    http: 502,
    flask: 3054,
    title: { 'zh-CN': '签名验证失败', en: 'The signature does not verify' }
  },
  'sign.unverified': {
    http: 500,
    flask: 3067,
    title: {
      'zh-CN': '签名已生成，但未能及时验证，未予返回',
      en: 'The signature was made but could not be verified in time, so it is withheld'
    }
  },
  'sign.cancelled': {
    http: 499,
    flask: 3055,
    transient: true,
    title: { 'zh-CN': '请求已取消', en: 'The request was withdrawn before it was sent' }
  },
  'sign.pin_blocked': {
    http: 423,
    flask: 3057,
    title: {
      'zh-CN': '该口令已被本机拦截，须由管理员解除',
      en: 'This PIN is blocked for the card until an operator resets it; nothing was sent'
    }
  },
  'sign.no_device_fits': {
    http: 404,
    flask: 3058,
    title: { 'zh-CN': '没有符合要求的签名设备', en: 'No signing device is the one that the request asks for' }
  },
  'sign.guard_unavailable': {
    http: 503,
    flask: 3059,
    transient: true,
    title: {
      'zh-CN': '无法确认口令状态，未提交签名',
      en: 'It cannot be told whether the PIN may be sent, so it was not'
    }
  },
  'sign.certificate_unknown': {
    http: 404,
    flask: 3056,
    title: { 'zh-CN': '没有该证书', en: 'No device has this certificate' }
  },
  'sign.audit_unavailable': {
    http: 503,
    flask: 3065,
    transient: true,
    title: {
      'zh-CN': '审计记录无法写入，未提交签名',
      en: 'The audit trail cannot be written, so nothing was sent'
    }
  },
  'sign.audit_failed': {
    http: 500,
    flask: 3066,
    title: {
      'zh-CN': '签名已生成，但审计记录写入失败，未予返回',
      en: 'The signature was made but could not be recorded, so it is withheld'
    }
  },
  'sign.idempotency_in_flight': {
    http: 409,
    flask: 3060,
    transient: true,
    title: {
      'zh-CN': '相同 Idempotency-Key 的请求正在处理',
      en: 'A request with this Idempotency-Key is under way'
    }
  },
  'sign.idempotency_mismatch': {
    http: 422,
    flask: 3061,
    title: {
      'zh-CN': '该 Idempotency-Key 已用于另一请求',
      en: 'This Idempotency-Key was used for another request'
    }
  },
  'sign.outcome_unknown': {
    http: 502,
    flask: 3062,
    title: {
      'zh-CN': '签名过程中网关停止，结果未知',
      en: 'The gateway stopped while signing; the outcome is unknown'
    }
  },
  'sign.batch_stopped': {
    http: 424,
    flask: 3063,
    title: {
      'zh-CN': '口令已被拒绝，其余请求未提交',
      en: 'Not sent, because the PIN was refused for another item of the batch'
    }
  },
  'sign.idempotency_unavailable': {
    http: 503,
    flask: 3064,
    transient: true,
    title: {
      'zh-CN': '暂时无法确认请求是否已处理',
      en: 'Whether this request was made before cannot be told right now'
    }
  }
})
