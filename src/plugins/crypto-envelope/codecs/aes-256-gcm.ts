import { nativeAead } from './aead.ts'

/** AES-256-GCM (NIST SP 800-38D) with a 96-bit nonce and a 128-bit tag. */
export const aes256Gcm = nativeAead('aes-256-gcm', 'A256GCM')
