// The kinds of server: a file each in `kinds`, named as the core names it. Words are `sources.dialect.<name>`.

import type { DialectName } from "@/bindings/DialectName";
import type { Lang } from "@/format/format";
import type { Dialect, DialectWords, Remedy } from "./about/dialect";
import { dialect as auto } from "./kinds/auto";

export type { Dialect, Remedy, UserField } from "./about/dialect";

// Where no bundler has gone over it, there are no kinds: the browser's own tests read types and fixtures through here, and nothing of these.
const BUNDLED = typeof import.meta.env !== "undefined";
const FILES = BUNDLED ? import.meta.glob<Dialect>("./kinds/*.ts", { eager: true, import: "dialect" }) : {};

const BY_NAME: ReadonlyMap<DialectName, Dialect> = new Map(
  Object.entries(FILES)
    .map(([path, dialect]) => [path.replace(/^.*\/(\w+)\.ts$/, "$1"), dialect] as const)
    .sort(([, a], [, b]) => a.place - b.place),
);

/** In the order they are offered. */
export const DIALECT_NAMES: readonly DialectName[] = [...BY_NAME.keys()];

/** Of one that this window does not know nothing is ruled out, so that what is filled in is kept. */
export function dialectOf(name: DialectName): Dialect {
  return BY_NAME.get(name) ?? auto;
}

/** Whether this window knows a kind of this name; `auto` counts as one. */
export function isKnown(name: DialectName): boolean {
  return BY_NAME.has(name);
}

/** Whether what a link says it speaks is a kind that this window knows. */
export function isSpoken(name: DialectName): boolean {
  return name !== "auto" && isKnown(name);
}

/** What to do about a server's own words for turning us away; undefined for words no protocol fixes. */
export function remedyFor(words: string): Remedy | undefined {
  return [...BY_NAME.values()].flatMap((dialect) => dialect.turnsAway).find(([pattern]) => pattern.test(words))?.[1];
}

/** What every kind says of itself, for the catalogue of a language. */
export function dialectWords(lang: Lang): Readonly<Record<DialectName, DialectWords>> {
  return Object.fromEntries([...BY_NAME].map(([name, dialect]) => [name, dialect.words[lang]]));
}
