/** As much of a browser's FileReader as the client needs, which Node does not have. */
export class FileReaderOfFiles {
  onload: ((event: { readonly target: { readonly result: ArrayBuffer } }) => void) | undefined
  onerror: ((error: unknown) => void) | undefined

  readAsArrayBuffer(blob: Blob): void {
    blob.arrayBuffer().then(
      result => this.onload?.({ target: { result } }),
      (error: unknown) => this.onerror?.(error)
    )
  }
}
