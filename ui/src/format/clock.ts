// One clock for all relative times, so that they tick together and one timer serves them all. It shows the core's time.

import { useSyncExternalStore } from "react";

let offset = 0;
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();
const listeners = new Set<() => void>();

/** The core's clock minus ours, ms. */
export function setClockOffset(ms: number): void {
  offset = ms;
}

/** The core's time at this instant. */
export function coreNow(): number {
  return Date.now() + offset;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = coreNow();
    timer = setInterval(() => {
      now = coreNow();
      for (const each of listeners) each();
    }, 1_000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The core's time, renewed each second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now, () => now);
}
