// How near a deadline is, for colours and words. Pure.

export type Level = "none" | "calm" | "soon" | "over";

/** Soon is the last quarter of the time given, or the last ten minutes where that is longer. */
const LAST_SHARE = 0.25;
const LAST_MINUTES = 10 * 60_000;

export interface Deadline {
  readonly level: Level;
  /** Time left, ms; negative when it is over. */
  readonly left: number;
  /** Share of the time given that is left, 0 to 1. */
  readonly share: number;
}

export function deadline(requestedAt: number, dueAt: number | null, now: number): Deadline {
  if (dueAt === null) return { level: "none", left: 0, share: 0 };
  const left = dueAt - now;
  const given = Math.max(1, dueAt - requestedAt);
  const share = Math.min(1, Math.max(0, left / given));
  if (left <= 0) return { level: "over", left, share: 0 };
  return { level: left <= LAST_MINUTES || share <= LAST_SHARE ? "soon" : "calm", left, share };
}
