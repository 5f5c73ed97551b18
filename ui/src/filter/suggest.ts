// “Did you mean …?”: a term of a filter that can match nothing, and the nearest one that can. Pure; by the words of both languages.

import type { CatalogueView } from "@/bindings/CatalogueView";
import { en } from "@/text/en";
import { zh } from "@/text/zh";
import { type Candidate, nearest } from "./nearest";
import { everyWord, folded } from "./search";
import { outsideQuotes, written } from "./terms";

export interface Suggestion {
  /** The term that is meant: `kind:inventory:*`. */
  readonly term: string;
  /** The whole filter with it. */
  readonly filter: string;
}

export interface Known {
  readonly kinds: CatalogueView["kinds"];
  readonly sources: readonly { readonly id: string; readonly name: string }[];
}

type Kinds = CatalogueView["kinds"];

/** Fields of every event, beside those of its payload. */
const OWN = ["kind", "channel", "source", "id", "domain", "actor", "subject", "severity", "after", "before", "status"] as const;
const WORDED = { status: "status", newStatus: "status", oldStatus: "status", action: "action", orderType: "orderType", resourceType: "resourceType", recordType: "recordType", domain: "domain" } as const;
type Group = (typeof WORDED)[keyof typeof WORDED];

const TERM = /(^|[\s(（])(-?)([\p{L}\p{N}_.]+)([:：])("[^"]*"|[^\s"()（）]+)/gu;

/** The first term that nothing can match, where something near it can be matched. */
export function didYouMean(filter: string, known: Known): Suggestion | null {
  const names = fieldNames(known.kinds);
  for (const match of outsideQuotes(filter).matchAll(TERM)) {
    const [all, before = "", minus = "", name = "", , quoted = ""] = match;
    const value = quoted.replaceAll('"', "");
    const field = names.some(({ is }) => is === name) ? name : nearest(name, names);
    if (field === null) continue;
    const meant = meantValue(field, value, known);
    if (field === name && (meant === null || meant === value)) continue;
    const term = minus + written(field, meant ?? value);
    return { term, filter: filter.slice(0, match.index) + before + term + filter.slice(match.index + all.length) };
  }
  return null;
}

function fieldNames(kinds: Kinds): readonly Candidate[] {
  const fields = new Set(Object.values(kinds).flatMap((kind) => kind.fields));
  const columns: Record<string, string> = { kind: "kind", severity: "severity", actor: "actor", channel: "channel", source: "source", subject: "label" };
  const heading = (name: string) => {
    const column = columns[name];
    return [zh.events.column, en.events.column].flatMap((words) => Object.entries(words).filter(([id]) => id === column).map(([, word]) => word));
  };
  const own = OWN.map((is) => ({ is, called: [is, ...heading(is)] }));
  const others = [...fields].filter((name) => !OWN.some((known) => known === name)).map((is) => ({ is, called: called("field", is) }));
  return [...own, ...others];
}

/** What a field's value is called, in both languages. */
function called(group: Group | "field", value: string): readonly string[] {
  return everyWord(group, value).split("\n");
}

/** The value of `field` that is meant; null where there is nothing to say, or nothing near. */
function meantValue(field: string, value: string, { kinds, sources }: Known): string | null {
  if (field === "kind") return kindMatches(value, kinds) ? null : nearest(value, kindNames(kinds));
  if (field === "severity") return among(value, (["info", "success", "warning", "critical"] as const).map((is) => ({ is, called: [is, zh.common.severity[is], en.common.severity[is]] })));
  if (field === "source") return among(value, sources.map(({ id, name }) => ({ is: id, called: [id, name] })));
  const group = Object.hasOwn(WORDED, field) ? WORDED[field as keyof typeof WORDED] : null;
  return group === null ? null : among(value, Object.keys(zh.words[group]).map((is) => ({ is, called: called(group, is) })));
}

function among(value: string, candidates: readonly Candidate[]): string | null {
  // With a star it is a pattern, and says itself what it is.
  return value.includes("*") || candidates.some(({ called }) => called.some((name) => folded(name) === folded(value))) ? null : nearest(value, candidates);
}

/** Whether a pattern matches a known kind, by name or by title. */
function kindMatches(pattern: string, kinds: Kinds): boolean {
  const test = new RegExp(`^(?:[^:]*:)?${folded(pattern).split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`);
  return Object.entries(kinds).some(([kind, { zh, en }]) => [kind, zh, en].some((name) => test.test(folded(name))));
}

/** Families of kinds (`inventory:*`) before the kinds themselves: who does not know the name rather wants them all. */
function kindNames(kinds: Kinds): readonly Candidate[] {
  const families = new Map<string, { name: string; domains: Set<string> }>();
  for (const [kind, { domain }] of Object.entries(kinds)) {
    const at = kind.search(/[:.]/);
    if (at === -1) continue;
    const is = `${kind.slice(0, at + 1)}*`;
    const family = families.get(is) ?? { name: kind.slice(0, at), domains: new Set() };
    families.set(is, { ...family, domains: family.domains.add(domain) });
  }
  const all = [...families].map(([is, { name, domains }]) => ({ is, called: [name, ...[...domains].flatMap((domain) => called("domain", domain))] }));
  return [...all, ...Object.entries(kinds).map(([is, { zh, en }]) => ({ is, called: [is, zh, en] }))];
}
