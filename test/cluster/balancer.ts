/** What clients of a cluster connect to. */
export interface Balancer extends AsyncDisposable {
  readonly url: string
  /** Makes a node known. Resolves once it gets requests. */
  add(url: string): Promise<void>
  /** Forgets a node. What it has begun goes on. */
  remove(url: string): Promise<void>
}
