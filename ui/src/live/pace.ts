// How often the window is told of what came. Pure.
//
// Twice a second is as much as anybody reads, and what a whole page costs to draw is paid each time. What must not wait does not: the first answer,
// a core that fell silent or is there again, something critical, a request that waits for a decision.

import type { EventRow } from "@/bindings/EventRow";
import type { LiveState } from "./state";

/** Shortest time between two repaints, ms. */
export const REPAINT = 500;

/** What came with `rows` and is told at once. */
export function urgent(before: LiveState, after: LiveState, rows: readonly EventRow[]): boolean {
  if (before.core.kind !== after.core.kind || before.frame === null) return true;
  if (rows.some((row) => row.severity === "critical")) return true;
  const [was, is] = [before.frame, after.frame];
  if (is === null || was === is) return false;
  return is.approvals_pending > was.approvals_pending || (is.alerts_worst === "critical" && (was.alerts_worst !== "critical" || is.alerts_firing > was.alerts_firing)) || (is.banner?.count ?? 0) > (was.banner?.count ?? 0);
}

/** How long a repaint waits that is wanted at `now`, ms. */
export function waitFor(now: number, lastAt: number, atOnce: boolean): number {
  return atOnce ? 0 : Math.max(0, lastAt + REPAINT - now);
}
