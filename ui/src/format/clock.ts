// One clock for all relative times, so that they tick together and one timer serves them all. It shows the core's time. Whoever asks for a text of it
// is rendered again only when the text is another; nobody is while the window is hidden, and everybody who has to be as soon as it is shown.

import { useSyncExternalStore } from "react";

/** How much of its second must have passed for the clock to go along with a frame, ms. */
const ALONG = 700;

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

/** The time that is shown. Before the timer runs it is at most a second old. */
function present(): number {
  if (timer === undefined && Math.abs(coreNow() - now) >= 1_000) now = coreNow();
  return now;
}

function tick(): void {
  if (document.hidden) return;
  now = coreNow();
  for (const each of listeners) each();
}

/** The timer's turn: nothing, where a frame took the clock along just before. */
function turn(): void {
  if (Math.abs(coreNow() - now) >= ALONG) tick();
}

/** A frame is being drawn: what the clock would draw soon is drawn with it. */
export function tickAlong(): void {
  if (timer !== undefined && Math.abs(coreNow() - now) >= ALONG) tick();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = present();
    timer = setInterval(turn, 1_000);
    document.addEventListener("visibilitychange", tick);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    document.removeEventListener("visibilitychange", tick);
  };
}

/** What `read` makes of the core's time: looked at each second, rendered when it is another. It answers a text, a number or a yes or no. */
export function useClock<T extends string | number | boolean | null>(read: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(present()), () => read(present()));
}

/** The midnight at which today began. For what asks only of which day or year a time is. */
export function useToday(): number {
  return useClock((now) => new Date(now).setHours(0, 0, 0, 0));
}
