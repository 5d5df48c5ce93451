/** What somebody must act on. It holds neither a PIN nor a text to sign. */
export interface SignEvent {
  readonly kind:
    | 'device-down'
    | 'device-up'
    | 'reader-fault'
    | 'card-locked'
    | 'card-swapped'
    | 'pin-guard-tripped'
    | 'signature-invalid'
    | 'certificate-expiring'
  /** Name of the device. */
  readonly device: string
  /** What happened, in a sentence for people. */
  readonly message: string
}

/** Tells whoever wants to know. */
export type Tell = (event: SignEvent) => void
