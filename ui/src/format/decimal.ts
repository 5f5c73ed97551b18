// Exact sums and differences of decimal texts: whole units of the finest decimal in BigInt, never a binary float. Pure.

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

/** `next − before`, exactly; null when a text is not a decimal. */
export function difference(next: string, before: string): string | null {
  const minus = before.startsWith("-") ? before.slice(1) : `-${before.replace(/^\+/, "")}`;
  return sumDecimals([next, minus]);
}
