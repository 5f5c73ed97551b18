// What a row says about the decision made here: what the core answered at once, and what became of it since. Pure.

import type { ApprovalView } from "@/bindings/ApprovalView";
import type { DecideResult } from "@/bindings/DecideResult";

/** Answers that refused a decision, by request; they stay until the next try or until somebody has read them. */
export type Refusals = ReadonlyMap<string, { readonly approve: boolean; readonly error: string }>;

export function withResults(refusals: Refusals, results: readonly DecideResult[], approve: boolean): Refusals {
  const next = new Map(refusals);
  for (const result of results) {
    if (result.ok) next.delete(result.key);
    else next.set(result.key, { approve, error: result.error ?? "" });
  }
  return next;
}

export type RowState =
  | { readonly kind: "open" }
  | { readonly kind: "sending"; readonly approve: boolean }
  | { readonly kind: "refused"; readonly approve: boolean; readonly error: string }
  | { readonly kind: "queued" | "sent" | "confirmed"; readonly approve: boolean }
  | { readonly kind: "retrying"; readonly approve: boolean; readonly attempts: number; readonly error: string }
  | { readonly kind: "overtaken"; readonly approve: boolean; readonly who: string | null }
  | { readonly kind: "failed"; readonly approve: boolean; readonly error: string };

export function rowState(approval: Pick<ApprovalView, "key" | "decision" | "status" | "decided_by">, sending: ReadonlyMap<string, boolean>, refusals: Refusals): RowState {
  const under = sending.get(approval.key);
  if (under !== undefined) return { kind: "sending", approve: under };
  const refused = refusals.get(approval.key);
  if (refused !== undefined) return { kind: "refused", ...refused };
  const { decision } = approval;
  if (decision === null) return { kind: "open" };
  const { approve } = decision;
  switch (decision.state) {
    case "queued":
      return decision.error === null ? { kind: "queued", approve } : { kind: "retrying", approve, attempts: decision.attempts, error: decision.error };
    case "sent":
    case "confirmed":
      return { kind: decision.state, approve };
    case "overtaken":
      return { kind: "overtaken", approve, who: decision.error ?? approval.decided_by };
    case "failed":
      return { kind: "failed", approve, error: decision.error ?? "" };
  }
}

/** Whether a decision may be made now: nothing is on its way. */
export function isOpen(state: RowState): boolean {
  return state.kind === "open" || state.kind === "refused" || state.kind === "failed";
}
