/** What a webhook was sent, of the registry or of a project. */
export type Delivery = {
  readonly id: number
  readonly state: 'waiting' | 'delivered' | 'failed'
  readonly event: string
  readonly attempts: number
  /** The status, or why there is none; empty: none yet. */
  readonly answer: string
  readonly createdAt: string
  /** As it was sent, where the server tells. */
  readonly body?: unknown
}
