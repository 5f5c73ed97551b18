// How fast sources catch up with what they missed, from the counts that each frame brings. Pure.

import type { SourceStatus } from "@/bindings/SourceStatus";

/** The pace is that of the last so many ms. */
const WINDOW = 4_000;
/** Counts closer together than this tell no more. */
const STEP = 200;

export interface CatchUp {
  readonly done: number;
  readonly total: number;
  /** Counts of the last seconds, oldest first. */
  readonly counts: readonly { readonly at: number; readonly done: number }[];
}

/** By source. */
export type CatchUps = Readonly<Record<string, CatchUp>>;

export const NO_CATCH_UPS: CatchUps = {};

/** The same object when nothing catches up and nothing did. */
export function caughtUp(before: CatchUps, sources: readonly Pick<SourceStatus, "id" | "state">[], now: number): CatchUps {
  const after: Record<string, CatchUp> = {};
  let any = false;
  for (const { id, state } of sources) {
    if (state.kind !== "catching_up") continue;
    any = true;
    const known = before[id];
    // A count that fell belongs to a new backlog.
    const counts = known === undefined || state.done < known.done ? [] : known.counts.filter((count) => now - count.at <= WINDOW);
    const last = counts.at(-1);
    after[id] = { done: state.done, total: state.total, counts: last === undefined || now - last.at >= STEP ? [...counts, { at: now, done: state.done }] : counts };
  }
  if (any) return after;
  return Object.keys(before).length === 0 ? before : NO_CATCH_UPS;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** 0 to 1. */
  readonly share: number;
  /** Events a second; null until two counts tell it. */
  readonly rate: number | null;
  /** Until the backlog is done at this pace, ms. */
  readonly left: number | null;
}

/** Of one source, or of several together. */
export function progress(all: readonly CatchUp[]): Progress | null {
  if (all.length === 0) return null;
  let done = 0;
  let total = 0;
  let rate = 0;
  let known = false;
  for (const one of all) {
    done += one.done;
    total += Math.max(one.total, one.done);
    const first = one.counts[0];
    const last = one.counts.at(-1);
    if (first === undefined || last === undefined || last.at === first.at) continue;
    known = true;
    rate += ((last.done - first.done) * 1_000) / (last.at - first.at);
  }
  return {
    done,
    total,
    share: total === 0 ? 0 : done / total,
    rate: known ? rate : null,
    left: known && rate > 0 ? ((total - done) / rate) * 1_000 : null,
  };
}
