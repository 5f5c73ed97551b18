// Which requests are chosen for one decision about many, and what follows when rows go. Pure.

import type { Chosen } from "@/parts/selection";

export const NONE: Chosen = new Set();

export function added(chosen: Chosen, ...keys: readonly string[]): Chosen {
  return keys.every((key) => chosen.has(key)) ? chosen : new Set([...chosen, ...keys]);
}

/** Only what is still there. The same object when nothing went, so that nothing renders for it. */
export function pruned(chosen: Chosen, keys: readonly string[]): Chosen {
  const left = keys.filter((key) => chosen.has(key));
  return left.length === chosen.size ? chosen : new Set(left);
}

/** All, or none when all are chosen already. */
export function allOrNone(chosen: Chosen, keys: readonly string[]): Chosen {
  return keys.length > 0 && keys.every((key) => chosen.has(key)) ? NONE : new Set(keys);
}

/** Where the cursor goes when its row went: to the row that took its place, else to the last one. */
export function cursorAfter(before: readonly string[], after: readonly string[], cursor: string | null): string | null {
  if (cursor === null || after.includes(cursor)) return cursor;
  const at = before.indexOf(cursor);
  for (const key of at === -1 ? [] : before.slice(at + 1)) if (after.includes(key)) return key;
  return after.at(-1) ?? null;
}
