// The connection over time as a strip: a segment per state, in parts of the width. Pure.

import type { LinkState } from "@/bindings/LinkState";
import type { LinkStep } from "@/bindings/LinkStep";

export interface Segment {
  readonly state: LinkState;
  readonly from: number;
  readonly to: number;
  /** Left edge and width, 0 to 1. */
  readonly x: number;
  readonly width: number;
  readonly step: LinkStep;
}

/** The window that the strip shows: from the first known step, but at most `longest`, and never less than `shortest`. */
export function span(timeline: readonly LinkStep[], now: number, longest = 3_600_000, shortest = 60_000): { from: number; to: number } {
  const first = timeline[0]?.at ?? now;
  return { from: Math.min(now - shortest, Math.max(first, now - longest)), to: now };
}

export function segments(timeline: readonly LinkStep[], { from, to }: { from: number; to: number }): Segment[] {
  const whole = Math.max(1, to - from);
  return timeline.flatMap((step, i) => {
    const start = Math.max(from, step.at);
    const end = Math.min(to, timeline[i + 1]?.at ?? to);
    if (end <= start) return [];
    return [{ state: step.state, from: start, to: end, x: (start - from) / whole, width: (end - start) / whole, step }];
  });
}

/** Share of the known time in which events could come; null while nothing is known. */
export function connectedShare(all: readonly Segment[]): number | null {
  const known = all.reduce((sum, each) => sum + each.width, 0);
  if (known === 0) return null;
  const up = all.filter((each) => each.state.kind === "live" || each.state.kind === "catching_up").reduce((sum, each) => sum + each.width, 0);
  return up / known;
}

/** Points of a filled line in a 1000 × 100 box, and its top value. */
export function area(values: readonly number[]): { line: string; fill: string; most: number } {
  const most = Math.max(0, ...values);
  const last = Math.max(1, values.length - 1);
  const points = values.map((value, i) => `${((i / last) * 1_000).toFixed(1)},${(100 - (most === 0 ? 0 : (value / most) * 96)).toFixed(1)}`);
  const line = points.join(" ");
  return { line, fill: points.length === 0 ? "" : `0,100 ${line} 1000,100`, most };
}
