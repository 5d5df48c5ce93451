import { nativeAead } from './aead.ts'

/** ChaCha20-Poly1305 (RFC 8439) with a 96-bit nonce. */
export const chacha20Poly1305 = nativeAead('chacha20-poly1305', 'C20P')
