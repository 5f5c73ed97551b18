// The connection over time: stretches of one state each, in parts of the width, and the times it was away. Pure.

import type { LinkCause } from "@/bindings/LinkCause";
import type { LinkState } from "@/bindings/LinkState";
import type { LinkStep } from "@/bindings/LinkStep";

/** Connecting and failing in turn is one stretch: a person wants to know for how long, and how often it was tried. */
export interface Stretch {
  readonly from: number;
  /** The next one's start; for the last one now. */
  readonly to: number;
  readonly state: LinkState;
  /** Why it began, where something went wrong. */
  readonly cause: LinkCause | null;
  /** In the other side's own words; "" where there are none. */
  readonly detail: string;
  /** Attempts to connect in it. */
  readonly tries: number;
}

export interface Segment extends Stretch {
  /** Left edge and width, 0 to 1. */
  readonly x: number;
  readonly width: number;
}

/** The window that the strip shows: from the first known step, but at most `longest`, and never less than `shortest`. */
export function span(timeline: readonly LinkStep[], now: number, longest = 3_600_000, shortest = 60_000): { from: number; to: number } {
  const first = timeline[0]?.at ?? now;
  return { from: Math.min(now - shortest, Math.max(first, now - longest)), to: now };
}

function isDialling(state: LinkState): boolean {
  return state.kind === "connecting" || state.kind === "offline";
}

function detailOf(state: LinkState): string {
  return "detail" in state ? state.detail : "";
}

function causeOf({ state, cause }: LinkStep): LinkCause | null {
  return cause ?? ("cause" in state ? state.cause : null);
}

export function stretches(timeline: readonly LinkStep[], now: number): Stretch[] {
  const all: Stretch[] = [];
  for (const [i, step] of timeline.entries()) {
    const to = Math.max(step.at, timeline[i + 1]?.at ?? now);
    const last = all.at(-1);
    const tries = step.state.kind === "connecting" ? 1 : 0;
    if (last !== undefined && isDialling(last.state) && isDialling(step.state)) {
      // While it dials again it is still away: only a first attempt is called connecting.
      const state = step.state.kind === "connecting" && last.state.kind === "offline" ? last.state : step.state;
      all[all.length - 1] = { ...last, to, state, cause: last.cause ?? causeOf(step), detail: last.detail === "" ? detailOf(step.state) : last.detail, tries: last.tries + tries };
    } else all.push({ from: step.at, to, state: step.state, cause: causeOf(step), detail: detailOf(step.state), tries });
  }
  return all;
}

export function segments(timeline: readonly LinkStep[], { from, to }: { from: number; to: number }): Segment[] {
  const whole = Math.max(1, to - from);
  return stretches(timeline, to).flatMap((stretch) => {
    const start = Math.max(from, stretch.from);
    const end = Math.min(to, stretch.to);
    return end <= start ? [] : [{ ...stretch, x: (start - from) / whole, width: (end - start) / whole }];
  });
}

/** Events can come, if late. */
function isUp(kind: LinkState["kind"]): boolean {
  return kind === "live" || kind === "partly" || kind === "stale" || kind === "catching_up" || kind === "polling";
}

/** Share of the known time in which events could come; null while nothing is known. */
export function connectedShare(all: readonly Segment[]): number | null {
  const known = all.reduce((sum, each) => sum + each.width, 0);
  if (known === 0) return null;
  return all.filter((each) => isUp(each.state.kind)).reduce((sum, each) => sum + each.width, 0) / known;
}

/** A time in which no event could come although there had been a connection. */
export interface Outage {
  readonly from: number;
  /** Null while it lasts. */
  readonly to: number | null;
  readonly cause: LinkCause | null;
  readonly detail: string;
  /** Why nobody tried: it waited for a person. */
  readonly waited: "needs_login" | "refused" | null;
  readonly tries: number;
}

/** Newest first. A pause that the user asked for is none. */
export function outages(timeline: readonly LinkStep[]): Outage[] {
  const found: Outage[] = [];
  let open: Outage | null = null;
  let wasUp = false;
  for (const { from, state, cause, detail, tries } of stretches(timeline, 0)) {
    const { kind } = state;
    if (isUp(kind) || kind === "unconfirmed" || kind === "paused") {
      if (open !== null) found.push({ ...open, to: from });
      open = null;
      wasUp = kind !== "paused";
      continue;
    }
    if (open === null) {
      if (!wasUp) continue;
      open = { from, to: null, cause: kind === "silent" ? "silent" : cause, detail, waited: null, tries: 0 };
    }
    const waited: Outage["waited"] = kind === "needs_login" || kind === "refused" ? kind : open.waited;
    open = { ...open, waited, cause: open.cause ?? cause, detail: open.detail === "" ? detail : open.detail, tries: open.tries + tries };
  }
  if (open !== null) found.push(open);
  return found.reverse();
}

/** Points of a filled line in a 1000 × 100 box, and its top value. */
export function area(values: readonly number[]): { line: string; fill: string; most: number } {
  const most = Math.max(0, ...values);
  const last = Math.max(1, values.length - 1);
  const points = values.map((value, i) => `${((i / last) * 1_000).toFixed(1)},${(100 - (most === 0 ? 0 : (value / most) * 96)).toFixed(1)}`);
  const line = points.join(" ");
  return { line, fill: points.length === 0 ? "" : `0,100 ${line} 1000,100`, most };
}
