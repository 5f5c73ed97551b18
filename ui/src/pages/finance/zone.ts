// Which hour of the day is running, in the zone that the core counts days and hours in. It is this machine's unless
// the window is looked at from elsewhere; the core does not name its own, but its day and the
// hours with amounts in them tell it. Pure.

import type { FinanceView } from "@/bindings/FinanceView";

const QUARTER = 15 * 60_000;
/** Zones there are, from the farthest behind to the farthest ahead of UTC, ms. */
const LEAST = -12 * 4 * QUARTER;
const MOST = 14 * 4 * QUARTER;

type Told = Pick<FinanceView, "day" | "hours" | "records">;

const dayOf = (at: number, ahead: number) => new Date(at + ahead).toISOString().slice(0, 10);
const hourOf = (at: number, ahead: number) => new Date(at + ahead).getUTCHours();

/** What part of the records that were counted today fall into an hour with amounts, if the core's zone is `ahead` of UTC; 0 if today is another day there. */
function fit({ day, hours, records }: Told, ahead: number, now: number): number {
  if (dayOf(now, ahead) !== day) return 0;
  const busy = new Set(hours.filter((hour) => hour.received.length + hour.recorded.length + hour.refunded.length + hour.refunds_recorded.length > 0).map(({ hour }) => hour));
  const counted = records.filter((row) => row.record_type !== "paymentOut" && row.action !== "cancelled" && row.action !== "overdue" && row.amount !== null && dayOf(row.at, ahead) === day);
  return counted.length === 0 ? 1 : counted.filter((row) => busy.has(hourOf(row.at, ahead))).length / counted.length;
}

/** How far the core's zone is ahead of UTC, ms: the window's own, `own`, unless most of what the core told speaks against it and for another. */
export function zoneOf(told: Told, own: number, now: number): number {
  if (fit(told, own, now) >= 0.5) return own;
  const all: number[] = [];
  for (let ahead = LEAST; ahead <= MOST; ahead += QUARTER) all.push(ahead);
  all.sort((a, b) => Math.abs(a - own) - Math.abs(b - own));
  return all.find((ahead) => fit(told, ahead, now) === 1) ?? own;
}

/** The hour on the wall there, 0 to 23. */
export function hourAt(now: number, ahead: number): number {
  return hourOf(now, ahead);
}

/** `UTC+8`, `UTC−3:30`. */
export function zoneName(ahead: number): string {
  const minutes = Math.abs(Math.round(ahead / 60_000));
  const rest = minutes % 60;
  return `UTC${ahead < 0 ? "−" : "+"}${Math.floor(minutes / 60)}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
}
