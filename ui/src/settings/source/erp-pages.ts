// The ERP's pages as they are typed: a line for each type of request, its type and its address. Pure.

import type { Source } from "@/bindings/Source";

export interface ErpPage {
  readonly type: string;
  readonly url: string;
}

/** What is wrong with an address: a key under `sources.problem`, and what to name in its words. */
export interface PageProblem {
  readonly key: "webUrl" | "pageServer" | "pageSecret" | "placeholder";
  readonly value?: string;
}

/** All types that have no address of their own. */
export const OTHERS = "*";
/** Types that the packs of Watchdeck know; an ERP may have others. */
export const TYPES = ["return", "order", "payment", "refund", "adjustment", "review", "booking", OTHERS] as const;

const PLACES = ["{id}", "{number}", "{type}"] as const;

/** The lines of a draft; one that is begun has an empty address. */
export function pagesOf(text: string): readonly ErpPage[] {
  if (text === "") return [];
  return text.split("\n").map((line) => {
    const at = line.indexOf(" ");
    return at === -1 ? { type: line, url: "" } : { type: line.slice(0, at), url: line.slice(at + 1) };
  });
}

export function textOf(pages: readonly ErpPage[]): string {
  return pages.map(({ type, url }) => `${type.replace(/\s/g, "")} ${url.replace(/\s/g, "")}`).join("\n");
}

export function textOfUrls(urls: Source["open_urls"]): string {
  return textOf(Object.entries(urls).map(([type, url]) => ({ type, url: url ?? "" })));
}

/** As the core keeps them; a line that says nothing is left out, and of two for one type the later counts. */
export function urlsOf(text: string): Record<string, string> {
  return Object.fromEntries(pagesOf(text).filter(({ type, url }) => type !== "" || url !== "").map(({ type, url }) => [type === "" ? OTHERS : type, url]));
}

/** The type that the next line is offered for. */
export function nextType(pages: readonly ErpPage[]): string {
  return TYPES.find((type) => !pages.some((page) => page.type === type)) ?? "";
}

/** What is wrong with an address. */
export function pageProblem({ url }: ErpPage): PageProblem | null {
  if (!/^https?:\/\/[^/]/i.test(url)) return { key: "webUrl" };
  const server = /^[^/]*\/\/[^/?#]*/.exec(url)?.[0] ?? "";
  if (/[{}]/.test(server)) return { key: "pageServer" };
  if (server.includes("@")) return { key: "pageSecret" };
  const unknown = [...url.matchAll(/\{[^}]*\}?/g)].map(([found]) => found).find((found) => !PLACES.some((known) => known === found));
  if (unknown !== undefined) return { key: "placeholder", value: unknown };
  return URL.canParse(url.replaceAll(/[{}]/g, "0")) ? null : { key: "webUrl" };
}

export function pagesProblem(text: string): PageProblem | null {
  const pages = pagesOf(text).filter(({ type, url }) => type !== "" || url !== "");
  return pages.map(pageProblem).find((problem) => problem !== null) ?? null;
}
