// The terms inside a filter's text, for menus that change one. Pure; the language itself lives in the core.

const VALUE = '("[^"]*"|[^\\s"()]+)';
/** Neither within quotation marks nor beside an `OR`, which holds it to its neighbour. */
const term = (name: string, minus: "" | "-") => new RegExp(`(^|\\s)(?<!\\bOR\\s+)${minus}${name}:${VALUE}(?=\\s|$)(?!\\s+OR\\b)`);
const QUOTES = /["“”„‟〝〞「」『』]/g;

/** `kind:order:*`, quoted where it has to be. A quotation mark within is any character. */
export function written(name: string, value: string): string {
  const text = value.replace(QUOTES, "*");
  return /[\s()（）]/.test(text) ? `${name}:"${text}"` : `${name}:${text}`;
}

/** What the filter asks of this field; null when it asks nothing. */
export function valueIn(filter: string, name: string): string | null {
  const value = term(name, "").exec(outsideQuotes(filter))?.[2];
  return value === undefined ? null : value.replaceAll('"', "");
}

/** `filter` asking for this value of a field, instead of another one; null: for any. */
export function withOnly(filter: string, name: string, value: string | null): string {
  const rest = without(value === null ? filter : dropped(filter, `-${written(name, value)}`), term(name, ""));
  return value === null ? rest : `${written(name, value)} ${rest}`.trim();
}

/** `filter` asking for anything but this value of a field. */
export function withNot(filter: string, name: string, value: string): string {
  const not = `-${written(name, value)}`;
  const rest = dropped(valueIn(filter, name) === written(name, value).slice(name.length + 1).replaceAll('"', "") ? without(filter, term(name, "")) : filter, not);
  return `${rest} ${not}`.trim();
}

function without(filter: string, pattern: RegExp): string {
  const match = pattern.exec(outsideQuotes(filter));
  return match === null ? filter.trim() : joined(filter, match.index, match.index + match[0].length);
}

/** Without a term that stands there literally. */
function dropped(filter: string, literal: string): string {
  const at = ` ${filter} `.indexOf(` ${literal} `);
  return at === -1 ? filter.trim() : joined(filter, at, at + literal.length);
}

const joined = (filter: string, from: number, to: number) => `${filter.slice(0, from).trim()} ${filter.slice(to).trim()}`.trim();

/** Quoted text (but not a quoted value) blanked out, places kept. */
export function outsideQuotes(filter: string): string {
  return filter.replace(/(^|\s)(-?"[^"]*"?)/g, (all, before: string, quoted: string) => before + "\u0000".repeat(quoted.length) || all);
}
