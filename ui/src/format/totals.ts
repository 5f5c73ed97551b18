// Exact sums of amounts, per currency. Pure.

import { sumDecimals } from "./decimal";

export interface Total {
  readonly currency: string | null;
  readonly amount: string;
}

/** One sum per currency, in the order in which they come. What has no amount adds nothing. */
export function totals(requests: readonly { amount: string | null; currency: string | null }[]): Total[] {
  const groups = new Map<string | null, string[]>();
  for (const { amount, currency } of requests) if (amount !== null) groups.set(currency, [...(groups.get(currency) ?? []), amount]);
  return [...groups].flatMap(([currency, amounts]) => {
    const amount = sumDecimals(amounts);
    return amount === null ? [] : [{ currency, amount }];
  });
}
