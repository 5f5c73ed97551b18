// What to do about a step that failed, and the field where to do it. Decided by the step and by what the draft says; of the details only the words that
// the protocols fix are read (close reasons and close codes), never an error message of this program. Pure.

import type { DialectName } from "@/bindings/DialectName";
import type { SourceTest } from "@/bindings/SourceTest";
import type { TestStep } from "@/bindings/TestStep";
import { DIALECT_NAMES, dialectOf, isSpoken, type Remedy, remedyFor } from "@/dialects";
import type { Draft, DraftField } from "./draft";

/** The steps of a try that have words of their own. */
export const STEPS = ["proxy", "address", "connect", "tls", "detect", "sign_in", "subscribe", "history"] as const;
export type StepName = (typeof STEPS)[number];

/** A key under `sources.advice`. */
export type AdviceKey =
  | "detect"
  | "proxy"
  | "address"
  | "connect"
  | "connectErp"
  | "connectWake"
  | "tls"
  | Remedy["key"]
  | "subscribe"
  | "subscribeSome"
  | "history"
  | "other";

export interface Advice {
  readonly key: AdviceKey;
  readonly field: DraftField | null;
}

/** Advice about a server's own words for turning us away; null for words no protocol fixes. */
export function adviceOnWords(words: string): Advice | null {
  return remedyFor(words.trim()) ?? null;
}

/** `hasToken`: one is typed or kept. */
export function adviceOn(step: TestStep, draft: Draft, hasToken: boolean): Advice {
  const name = STEPS.find((each) => each === step.step);
  switch (name) {
    case "detect":
      return { key: "detect", field: "dialect" };
    case "proxy":
      return { key: "proxy", field: draft.proxyKind === "through" ? "proxyUrl" : "proxyKind" };
    case "address":
      return { key: "address", field: "url" };
    case "connect":
      if (!dialectOf(draft.dialect).wakes) return { key: "connect", field: "url" };
      return draft.wakeUrl.trim() === "" ? { key: "connectErp", field: "wakeUrl" } : { key: "connectWake", field: "wakeUrl" };
    case "tls":
      return { key: "tls", field: "caFile" };
    case "sign_in":
      return adviceOnWords(step.detail) ?? { key: hasToken ? "signInRefused" : "signInNone", field: "token" };
    case "subscribe":
      return draft.channels.trim() === "" ? { key: "subscribe", field: null } : { key: "subscribeSome", field: "channels" };
    case "history":
      return { key: "history", field: "historyPath" };
    case undefined:
      return { key: "other", field: null };
  }
}

/** The kind of server that a try found out. */
export function detectedBy(test: SourceTest): DialectName | null {
  const said = test.steps.find((step) => step.step === "detect" && step.ok)?.detail.toLowerCase().replace(/[^a-z]/g, "");
  return DIALECT_NAMES.filter(isSpoken).find((kind) => kind.replace("_", "") === said) ?? null;
}

/** The step that a try stopped at. */
export function stoppedAt(test: SourceTest): TestStep | null {
  return test.steps.findLast((step) => !step.ok) ?? null;
}

/** What a proxy does in our place. */
const BY_OURSELVES = ["address", "connect"] as const;

/** The steps that a try of this draft will take, before it is made. */
export function plannedSteps(draft: Draft): StepName[] {
  const skipped = new Set<StepName>();
  if (draft.dialect !== "auto") skipped.add("detect");
  for (const step of draft.proxyKind === "through" ? BY_OURSELVES : (["proxy"] as const)) skipped.add(step);
  if (!/^(wss|https):/i.test(draft.url.trim())) skipped.add("tls");
  if (draft.historyPath.trim() === "") skipped.add("history");
  return STEPS.filter((step) => !skipped.has(step));
}

/** The steps taken, then the planned ones that were never reached. */
export function stepRows(test: SourceTest | null, planned: readonly StepName[]): { name: string; taken: TestStep | null }[] {
  const taken = test?.steps ?? [];
  const viaProxy = taken.some((step) => step.step === "proxy");
  const rest = planned.filter((name) => !taken.some((step) => step.step === name) && !(viaProxy && BY_OURSELVES.some((step) => step === name)));
  // After a try that went through, a planned step that is not in it was not needed.
  return [...taken.map((step) => ({ name: step.step, taken: step })), ...(test?.ok ? [] : rest.map((name) => ({ name, taken: null })))];
}
