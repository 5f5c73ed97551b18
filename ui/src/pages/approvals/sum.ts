// Exact sums of amounts, per currency: whole units of the finest decimal in BigInt, never a binary float. Pure.

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** `0.10 + 0.20` is `0.30`. Null when a text is not a decimal. */
export function sumDecimals(amounts: readonly string[]): string | null {
  const parts = amounts.map((amount) => DECIMAL.exec(amount));
  const places = Math.max(0, ...parts.map((part) => part?.[3]?.length ?? 0));
  let sum = 0n;
  for (const part of parts) {
    if (part === null) return null;
    const [, sign, whole = "0", fraction = ""] = part;
    const value = BigInt(whole + fraction.padEnd(places, "0"));
    sum += sign === "-" ? -value : value;
  }
  const digits = (sum < 0n ? -sum : sum).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  return `${sum < 0n ? "-" : ""}${whole}${places === 0 ? "" : `.${digits.slice(digits.length - places)}`}`;
}

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
