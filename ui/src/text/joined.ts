// Parts of a line with a separator between them. The one place that joins: a part that is missing leaves no separator behind.

/** Between parts of one line. */
export const DOT = " · ";

/** `joined(["Approved", null, "", "RT-7"])` → `Approved · RT-7`. */
export function joined(parts: readonly (string | null | undefined | false)[], separator = DOT): string {
  return parts.filter((part) => typeof part === "string" && part.trim() !== "").join(separator);
}
