// Hours of the day in the core's time zone, which counts them. It is this machine's unless the window is looked at from elsewhere. Pure.

/** The hour on the wall, 0 to 23, where the clock is `ahead` ms of UTC. */
export function hourAt(now: number, ahead: number): number {
  return new Date(now + ahead).getUTCHours();
}

/** `UTC+8`, `UTC−3:30`. */
export function zoneName(ahead: number): string {
  const minutes = Math.abs(Math.round(ahead / 60_000));
  const rest = minutes % 60;
  return `UTC${ahead < 0 ? "−" : "+"}${Math.floor(minutes / 60)}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
}
