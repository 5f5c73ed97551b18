import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { en } from "./en";
import { languageFor } from ".";
import { zh } from "./zh";

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, path = ""): Map<string, string> {
  return new Map(Object.entries(tree).flatMap(([key, value]) => (typeof value === "string" ? [[`${path}${key}`, value] as const] : [...flatten(value, `${path}${key}.`)])));
}

/** Languages have different plurals: `key_one` and `key_other` are one key. */
const stem = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, "");
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort().join(" ");

describe("the catalogues", () => {
  const chinese = flatten(zh);
  const english = flatten(en);

  it("have the same keys in both languages", () => {
    const keys = (catalogue: Map<string, string>) => [...new Set([...catalogue.keys()].map(stem))].sort();
    expect(keys(english)).toEqual(keys(chinese));
  });

  it("fill in the same values in both languages", () => {
    for (const [key, text] of chinese) {
      const other = english.get(key) ?? english.get(`${stem(key)}_other`);
      expect(holes(other ?? ""), key).toBe(holes(text));
    }
  });

  it("have no empty text", () => {
    for (const catalogue of [chinese, english]) for (const [key, text] of catalogue) expect(text.trim(), key).not.toBe("");
  });

  it("have every plural that English needs", () => {
    for (const key of english.keys()) if (key.endsWith("_one")) expect(english.has(`${stem(key)}_other`), key).toBe(true);
  });
});

describe("the language", () => {
  it("is the setting's, else the first known one of the system", () => {
    expect(languageFor("en", ["zh-CN"])).toBe("en");
    expect(languageFor("system", [null, "de-DE", "zh-TW", "en"])).toBe("zh-CN");
    expect(languageFor("system", ["fr"])).toBe("en");
  });
});

const SPOKEN = new Set(["aria-label", "title", "placeholder", "label", "alt", "text", "note"]);
const CJK = /[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]/;

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "bindings" ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/** Text that a user would read and that is not from the catalogues. */
export function bareText(path: string, code: string): string[] {
  const found: string[] = [];
  const file = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const inKbd = (node: ts.Node) => ts.isJsxElement(node.parent) && /^kbd$/i.test(node.parent.openingElement.tagName.getText(file));
  const visit = (node: ts.Node) => {
    if (ts.isJsxText(node) && /\p{L}{2,}/u.test(node.text) && !inKbd(node)) found.push(node.text.trim());
    if (ts.isJsxAttribute(node) && SPOKEN.has(node.name.getText(file)) && node.initializer !== undefined && ts.isStringLiteral(node.initializer) && /\p{L}/u.test(node.initializer.text)) found.push(node.initializer.text);
    if ((ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) && CJK.test(node.text)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

describe("components", () => {
  it("hold no text of their own", () => {
    const root = join(import.meta.dirname, "..");
    const offenders = sources(root)
      .filter((path) => !["text", "dialects"].some((folder) => path.includes(`${join(root, folder)}/`)))
      .flatMap((path) => bareText(path, readFileSync(path, "utf8")).map((text) => `${path.slice(root.length + 1)}: ${text}`));
    expect(offenders).toEqual([]);
  });

  it("would be caught", () => {
    expect(bareText("a.tsx", "const a = <p>Hello there</p>")).toEqual(["Hello there"]);
    expect(bareText("a.tsx", 'const a = <p title="Hello">{t("x")}</p>')).toEqual(["Hello"]);
    expect(bareText("a.tsx", 'const a = "你好"')).toEqual(["你好"]);
    expect(bareText("a.tsx", "const a = <kbd>Ctrl K</kbd>")).toEqual([]);
  });
});
