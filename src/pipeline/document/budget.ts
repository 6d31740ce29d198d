/** Work that a document asks for; a small file must not ask for endless work. */
export interface Budget {
  spend(amount: number): void
}

export class BudgetExceeded extends Error {}

export function createBudget(limit: number, message: string): Budget {
  let spent = 0
  return {
    spend: amount => {
      spent += amount
      if (spent > limit) throw new BudgetExceeded(message)
    },
  }
}
