// Expected failures of the resources themselves, and the HTTP status of each.
export const apiErrors = {
  /** No pipeline was made: `{"message":{"base":[…]}}`. */
  pipeline_refused: 400,
} as const satisfies Readonly<Record<string, number>>
