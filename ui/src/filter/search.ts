// How the boxes of the window understand what is typed: the same everywhere, whatever the width, the case and the keyboard. Pure.

import { en } from "@/text/en";
import type { WordGroup } from "@/text/words";
import { zh } from "@/text/zh";

/** A text as texts are compared. */
export function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

const QUOTES = /["“”„‟〝〞「」『』]/g;

interface Wish {
  readonly text: string;
  readonly not: boolean;
}

/** The words of `text`: spaces and commas part them, quotation marks hold them together, a minus before one means not. */
function wishes(text: string): readonly Wish[] {
  const plain = folded(text.replace(QUOTES, '"').replace(/[−–]/g, "-").replaceAll("、", ","));
  const all = plain.matchAll(/(-?)(?:"([^"]*)"?|((?:[^\s",]|(?<=\d),(?=\d))+))/g);
  return [...all].map(([, minus, quoted, word]) => ({ text: quoted ?? word ?? "", not: minus === "-" })).filter((wish) => wish.text.trim() !== "");
}

/** Every word of `text` is somewhere in one of `fields`, and none that has a minus. */
export function matchesWords(text: string, fields: readonly (string | null | undefined)[]): boolean {
  const all = wishes(text);
  if (all.length === 0) return true;
  const hay = folded(fields.filter(Boolean).join("\n"));
  return all.every((wish) => hay.includes(wish.text) !== wish.not);
}

/** `text` with a phrase that has to be there, or must not be, instead of the opposite. */
export function withPhrase(text: string, phrase: string, not: boolean): string {
  const quoted = `"${phrase.replace(QUOTES, " ").trim()}"`;
  const rest = text.replaceAll(`-${quoted}`, " ").replaceAll(quoted, " ").replace(/\s+/g, " ").trim();
  return `${rest} ${not ? "-" : ""}${quoted}`.trim();
}

/** A word of the data with what it reads in both languages, one a line: whoever looks for it may type any of them. */
export function everyWord(group: WordGroup, value: string): string {
  const read = (words: Record<string, unknown>) => (Object.hasOwn(words, value) ? words[value] : null);
  return [value, read(zh.words[group]), read(en.words[group])].filter((word) => typeof word === "string").join("\n");
}
