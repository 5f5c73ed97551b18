// An answer that says the same as the one before is the same object, so that what shows it is not rendered again.

/** `next`, made of the parts of `before` that did not change: plain JSON, told apart by value. `next` is written into: it has to be the caller's own. */
export function share<T>(before: unknown, next: T): T {
  if (Object.is(before, next) || typeof before !== "object" || typeof next !== "object" || before === null || next === null) return next;
  if (Array.isArray(before) !== Array.isArray(next)) return next;
  const old = before as Record<string, unknown>;
  const made = next as Record<string, unknown>;
  let same = Object.keys(old).length === Object.keys(made).length;
  for (const key of Object.keys(made)) {
    made[key] = share(old[key], made[key]);
    same &&= Object.is(old[key], made[key]) && key in old;
  }
  return same ? (before as T) : next;
}
