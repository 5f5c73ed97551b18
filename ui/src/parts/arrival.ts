// The mark of what has just come: set once, and taken away by the shared clock. Nothing moves, and no row has a timer of its own.

import { useState } from "react";
import { coreNow, useClock } from "@/format";
import { useLive } from "@/live";

/** How long it stands, ms; the clock looks once a second. */
const STANDS = 1_000;
/** Above this rate half of a list would be marked, and nothing is, events per second. */
const CALM = 3;

/** Whether what came at `at` is still marked at `now`. Pure. */
export function justCame(at: number, now: number): boolean {
  return now - at < STANDS;
}

/** Whether things come slowly enough that a mark says something. */
export function useCalm(): boolean {
  return useLive((live) => (live.frame?.events_per_second ?? 0) <= CALM);
}

/** Whether what came at `at` is marked now. */
export function useArrival(at: number, marks: boolean): boolean {
  return useClock((now) => marks && justCame(at, now));
}

/** The same of what has no time of its own: marked when `version` becomes another while it is on screen. */
export function useChangeMark(version: number): boolean {
  const calm = useCalm();
  const [seen, setSeen] = useState<{ version: number; at: number | null }>({ version, at: null });
  if (seen.version !== version) setSeen({ version, at: coreNow() });
  return useClock((now) => calm && seen.at !== null && justCame(seen.at, now));
}
