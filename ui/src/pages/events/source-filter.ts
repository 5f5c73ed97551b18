// The source inside a filter's text, for the menu that picks one. Pure; the language itself lives in the core.

/** A term of its own: not behind a minus, not inside quotes. */
const TERM = /(^|\s)source:("[^"]*"|[^\s"]+)(?=\s|$)/;

/** The source that the filter asks for; null when it asks for none. */
export function sourceIn(filter: string): string | null {
  const term = TERM.exec(outsideQuotes(filter))?.[2];
  return term === undefined ? null : term.replaceAll('"', "");
}

/** `filter` asking for `source`, or for every one. */
export function withSource(filter: string, source: string | null): string {
  const match = TERM.exec(outsideQuotes(filter));
  const rest = match === null ? filter.trim() : `${filter.slice(0, match.index)} ${filter.slice(match.index + match[0].length)}`.replace(/\s+/g, " ").trim();
  if (source === null) return rest;
  const term = /[\s"]/.test(source) ? `source:"${source.replaceAll('"', "")}"` : `source:${source}`;
  return rest === "" ? term : `${term} ${rest}`;
}

/** Quoted text (but not a quoted value) blanked out, places kept. */
function outsideQuotes(filter: string): string {
  return filter.replace(/(^|\s)(-?"[^"]*"?)/g, (all, before: string, quoted: string) => before + "\u0000".repeat(quoted.length) || all);
}
