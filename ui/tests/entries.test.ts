// What is declared once has all that hangs on it: a page its folder and title, a limit and a kind of server their words, in both languages. And the
// other way round: no folder and no word is left behind by an entry that is gone.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DIALECT_NAMES } from "@/dialects";
import { PAGES } from "@/route/pages";
import { LIMITS } from "@/rules";
import { en } from "@/text/en";
import { zh } from "@/text/zh";

const sorted = (names: Iterable<string>) => [...names].sort();
const pages = PAGES.map(({ name }) => name);

it("every page has its folder, and every folder its entry", () => {
  const folders = readdirSync(join(import.meta.dirname, "../src/pages"), { withFileTypes: true }).filter((each) => each.isDirectory());
  expect(sorted(folders.map(({ name }) => name))).toEqual(sorted(pages));
});

it("every page has a key of its own", () => {
  expect(new Set(PAGES.map(({ key }) => key)).size).toBe(PAGES.length);
});

describe.each([
  ["en", en],
  ["zh-CN", zh],
])("in %s", (_, words) => {
  /** Plurals of one key are one word. */
  const keysOf = (each: object) => [...new Set(Object.keys(each).map((key) => key.replace(/_(zero|one|other)$/, "")))];
  const wordsOf = (list: object) => Object.entries(list).map(([name, each]: [string, object]) => `${name}: ${sorted(keysOf(each)).join(" ")}`);

  it("every page has its title", () => {
    expect(sorted(Object.keys(words.frame.page))).toEqual(sorted(pages));
  });

  it("every limit has its name, its help, what a rule says of it and what is wrong with a number", () => {
    expect(sorted(wordsOf(words.rules.limit))).toEqual(sorted(LIMITS.map((limit) => `${limit.setting}: ${"least" in limit ? "help inRule name wrong" : "help inRule name"}`)));
  });

  it("every kind of server says what it is, what it can do and what opens its door", () => {
    expect(sorted(wordsOf(words.sources.dialect))).toEqual(sorted(DIALECT_NAMES.map((name) => `${name}: help hint title`)));
  });
});
