// The time of an absence: as people write it, as a form holds it, and when it is told in days. Days are those of this machine. Pure.

import type { AbsenceView } from "@/bindings/AbsenceView";
import type { Format } from "@/format";

const pad = (n: number) => String(n).padStart(2, "0");

/** `2026-12-24`, as a field holds it. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

const isMidnight = (at: number) => new Date(at).setHours(0, 0, 0, 0) === at;

/** Whether it is of whole days. */
export function isWhole(from: number, until: number): boolean {
  return isMidnight(from) && isMidnight(until);
}

/** `24 Dec – 1 Jan`, with the times where it is not of whole days. */
export function spanText(format: Format, from: number, until: number, now: number): string {
  if (!isWhole(from, until)) return `${format.dayMinute(from, now)} – ${format.dayMinute(until, now)}`;
  // What ends at a midnight ends with the day before.
  const [first, last] = [format.date(from, now), format.date(until - 1, now)];
  return first === last ? first : `${first} – ${last}`;
}

/** When it ends, as people say it: the last day, or the time. */
export function endText(format: Format, until: number, now: number): string {
  return isMidnight(until) ? format.date(until - 1, now) : format.dayMinute(until, now);
}

/** What a form holds: days and times apart, each empty where nothing is said. The last day belongs to it. */
export interface SpanDraft {
  readonly firstDay: string;
  readonly firstTime: string;
  readonly lastDay: string;
  readonly lastTime: string;
}

/** From the beginning of the first day to the end of the last, but for the times that are said. Null where it is no time. */
export function readSpan({ firstDay, firstTime, lastDay, lastTime }: SpanDraft): { readonly from: number; readonly until: number } | null {
  const from = new Date(`${firstDay}T${firstTime === "" ? "00:00" : firstTime}`).getTime();
  const last = new Date(`${lastDay}T${lastTime === "" ? "00:00" : lastTime}`);
  // The midnight after a day; a day with a change of the clocks is longer or shorter.
  const until = lastTime === "" ? new Date(last).setDate(last.getDate() + 1) : last.getTime();
  return Number.isNaN(from) || Number.isNaN(until) || until <= from ? null : { from, until };
}

/** What is chosen before anybody has looked: what says that somebody is away. */
export function chosenAtFirst(absences: readonly Pick<AbsenceView, "says_away">[]): ReadonlySet<number> {
  return new Set(absences.flatMap(({ says_away }, i) => (says_away ? [i] : [])));
}
