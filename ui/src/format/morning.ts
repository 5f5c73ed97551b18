// When tomorrow begins for people.

/** Minutes from `now` until 8:00 of the next day, local time, at least one: a begun minute counts, so that it is not over at 7:59. */
export function minutesUntilMorning(now: number): number {
  const morning = new Date(now);
  morning.setDate(morning.getDate() + 1);
  morning.setHours(8, 0, 0, 0);
  return Math.max(1, Math.ceil((morning.getTime() - now) / 60_000));
}
