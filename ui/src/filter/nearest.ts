// Which of some words a person meant who typed another one: by how it begins, else by how few letters are wrong. Pure.

import { folded } from "./search";

/** A thing that may be meant, and everything that it is called. */
export interface Candidate {
  readonly is: string;
  readonly called: readonly string[];
}

/** The likeliest; null where nothing is near. Of equals the first. */
export function nearest(typed: string, candidates: readonly Candidate[]): string | null {
  const text = folded(typed);
  let best: { is: string; away: number } | null = null;
  for (const { is, called } of candidates) {
    for (const name of called) {
      const away = distance(text, folded(name));
      if (away !== null && (best === null || away < best.away)) best = { is, away };
    }
  }
  return best?.is ?? null;
}

/** How far a name is from what was typed: none for what it is, less than one for what begins or has it, else the wrong letters; null where that is too many. */
function distance(typed: string, name: string): number | null {
  if (typed === "" || name === "") return null;
  if (typed === name) return 0;
  if (name.startsWith(typed)) return 0.2;
  // One letter stands in many names; one ideograph is half a word.
  if ((typed.length > 1 || /\P{ASCII}/u.test(typed)) && name.includes(typed)) return 0.4;
  const wrong = edits(typed, name);
  return wrong <= Math.max(1, Math.floor(Math.min(typed.length, name.length) / 3)) && wrong < typed.length ? wrong : null;
}

/** Letters to put in, leave out, change or swap with their neighbour. */
export function edits(a: string, b: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(change, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
