// What a decision needs beside yes or no, as it is typed: read, and what is wrong with it. The core checks the same (`decisions::fields`). Pure.

import type { DecisionField } from "@/bindings/DecisionField";
import { difference } from "@/format/decimal";
import type { Request } from "./results";

export type Given = Readonly<Record<string, string | number>>;

/** What is typed, by request and field. */
export type Typed = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface FieldProblem {
  /** A key under `frame.fields`. */
  readonly key: "needed" | "number" | "range" | "least" | "most" | "long";
  readonly least?: string;
  readonly most?: string;
}

/** Longest text where nothing is said of it, characters. */
const LONGEST = 1_000;

export function neededTo(request: Pick<Request, "needs">, approve: boolean): readonly DecisionField[] {
  return request.needs.filter(({ needed_to }) => needed_to === "both" || (needed_to === "approve") === approve);
}

/** What stands in the fields before anybody typed: what the core offers. */
export function offered(requests: readonly Request[], approve: boolean): Typed {
  return Object.fromEntries(requests.map((request) => [request.key, Object.fromEntries(neededTo(request, approve).map((field) => [field.name, field.default ?? ""]))]));
}

/** `1,250.50` → `1250.50`; null for what is no number. */
function decimal(typed: string): string | null {
  const text = typed.normalize("NFKC").replace(/[,\s_¥$€£]/g, "");
  return /^-?\d+(\.\d+)?$/.test(text) ? text : null;
}

const isBelow = (number: string, bound: string) => difference(number, bound)?.startsWith("-") === true && /[1-9]/.test(difference(number, bound) ?? "");

export function readField(field: DecisionField, typed: string): { readonly value: string | number } | { readonly problem: FieldProblem } {
  const { least, most } = field;
  const text = typed.trim();
  if (text === "") return { problem: { key: "needed" } };
  if (field.kind === "text") {
    const longest = most === null ? LONGEST : Number(most);
    return [...text].length > longest ? { problem: { key: "long", most: String(longest) } } : { value: text };
  }
  const number = decimal(text);
  if (number === null) return { problem: { key: "number" } };
  const out = (least !== null && isBelow(number, least)) || (most !== null && isBelow(most, number));
  if (!out) return { value: Number(number) };
  if (least !== null && most !== null) return { problem: { key: "range", least, most } };
  return { problem: least !== null ? { key: "least", least } : { key: "most", most: most ?? "" } };
}

/** What was given for each request; null while something is wrong. */
export function readAll(requests: readonly Request[], approve: boolean, typed: Typed): ReadonlyMap<string, Given> | null {
  const all = new Map<string, Given>();
  for (const request of requests) {
    const given: Record<string, string | number> = {};
    for (const field of neededTo(request, approve)) {
      const read = readField(field, typed[request.key]?.[field.name] ?? "");
      if ("problem" in read) return null;
      given[field.name] = read.value;
    }
    all.set(request.key, given);
  }
  return all;
}
