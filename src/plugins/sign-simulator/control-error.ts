/** A request that the control answers with `Result: false`. */
export class ControlError extends Error {
  /** As the second entry of `Error` has it: `Err:Custom50070`. */
  readonly code: string

  constructor(text: string, code: string) {
    super(text)
    this.name = 'ControlError'
    this.code = code
  }
}

/** What a control reports when the reader, the card or its key is not there. */
export type ReaderCode = 50070 | 50200 | 51590

const readerTexts: Readonly<Record<ReaderCode, string>> = {
  50070: '[读卡器底层库]复位读卡器失败',
  50200: '[读卡器底层库]打开读卡器失败',
  51590: '[海关卡接口]未找到当前用户的密钥'
}

/** The reader could not be reset (50070), could not be opened (50200), or has no key for this user (51590). */
export const readerFailed = (code: ReaderCode): ControlError =>
  new ControlError(`${readerTexts[code]}:错误码=${code}`, `Err:Custom${code}`)

/** Codes of PIN errors are not public: these two are the simulator's own. */
export const wrongPin = (triesLeft: number): ControlError =>
  new ControlError(`[海关卡接口]口令(PIN)错误,剩余重试次数${triesLeft}:错误码=50102`, 'Err:Custom50102')

export const pinLocked = (): ControlError =>
  new ControlError('[海关卡接口]口令(PIN)已锁死,请到制卡点解锁:错误码=50103', 'Err:Custom50103')

/** An argument is missing or is not what the method takes. */
export const badArgument = (name: string, expected: string): ControlError =>
  new ControlError(`参数${name}错误:${expected}`, 'Err:Base50000')

export const unknownMethod = (): ControlError => new ControlError('调用的方法不存在', 'Err:Base50001')

export const verificationFailed = (): ControlError =>
  new ControlError('[海关卡接口]验证签名失败:错误码=51200', 'Err:Custom51200')
