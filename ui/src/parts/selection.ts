// Several rows chosen for one act: by their boxes, with Shift for all in between, with x and Shift and the arrows, or all at once. What is not listed any
// more is not meant any more.

import { useCallback, useMemo, useState } from "react";

export type Chosen = ReadonlySet<string>;

const NONE: Chosen = new Set();

/** `chosen` with `key`, or without it where it was in it. Pure. */
export function toggled(chosen: Chosen, key: string): Chosen {
  const next = new Set(chosen);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** The keys from one to the other, both with it, in the order in which they stand. Pure. */
export function between(keys: readonly string[], from: string | null, to: string): readonly string[] {
  const [a, b] = [from === null ? -1 : keys.indexOf(from), keys.indexOf(to)];
  return a === -1 || b === -1 ? [to] : keys.slice(Math.min(a, b), Math.max(a, b) + 1);
}

export interface Choice {
  readonly chosen: Chosen;
  readonly all: boolean;
  /** Into the choice or out of it; with `range` everything since the last one. */
  mark(key: string, range: boolean): void;
  /** All, or none when all are chosen already. */
  markAll(): void;
  clear(): void;
}

/** The choice among the rows with these keys. */
export function useChoice(keys: readonly string[]): Choice {
  const [marked, setMarked] = useState<{ keys: Chosen; last: string | null }>({ keys: NONE, last: null });
  const chosen = useMemo(() => (marked.keys.size === 0 ? NONE : new Set(keys.filter((key) => marked.keys.has(key)))), [keys, marked]);
  const all = keys.length > 0 && chosen.size === keys.length;
  const mark = useCallback(
    (key: string, range: boolean) => setMarked((before) => ({ keys: range ? new Set([...before.keys, ...between(keys, before.last, key)]) : toggled(before.keys, key), last: key })),
    [keys],
  );
  const clear = useCallback(() => setMarked({ keys: NONE, last: null }), []);
  const markAll = useCallback(() => (all ? clear() : setMarked((before) => ({ keys: new Set(keys), last: before.last }))), [all, keys, clear]);
  return { chosen, all, mark, markAll, clear };
}
