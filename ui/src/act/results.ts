// What a row says about the decision made here: what the core answered at once, and what became of it since. Pure.

import type { ApprovalView } from "@/bindings/ApprovalView";
import type { DecidingState } from "@/bindings/DecidingState";
import type { DecideResult } from "@/bindings/DecideResult";
import type { DecisionView } from "@/bindings/DecisionView";

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
  | { readonly kind: "held"; readonly approve: boolean; readonly until: number; readonly forWhom: string | null }
  | { readonly kind: "queued" | "confirmed"; readonly approve: boolean; readonly forWhom: string | null }
  | { readonly kind: "sent"; readonly approve: boolean; readonly error: string | null; readonly forWhom: string | null }
  | { readonly kind: "deciding"; readonly approve: boolean; readonly who: string; readonly forWhom: string | null; readonly state: DecidingState }
  | { readonly kind: "retrying"; readonly approve: boolean; readonly attempts: number; readonly error: string }
  | { readonly kind: "overtaken"; readonly approve: boolean; readonly who: string | null }
  | { readonly kind: "failed"; readonly approve: boolean; readonly error: string };

/** What a decision needs to know of a request. */
export type Request = Pick<ApprovalView, "key" | "number" | "amount" | "unread" | "currency" | "requester" | "needs" | "version"> & Partial<Pick<ApprovalView, "claimed" | "for_whom">>;

/** What this window knows of decisions beside what its views say. */
export interface Known {
  /** Under way to the core, by request: approve or reject. */
  readonly sending: ReadonlyMap<string, boolean>;
  /** Not accepted, by request, until the next try or until somebody has seen it. */
  readonly refusals: Refusals;
  /** With the core and not handed on, by request. */
  readonly waiting: ReadonlyMap<string, DecisionView>;
}

export function rowState(approval: Pick<ApprovalView, "key" | "decision" | "deciding" | "status" | "decided_by">, { sending, refusals, waiting }: Known): RowState {
  const under = sending.get(approval.key);
  if (under !== undefined) return { kind: "sending", approve: under };
  const refused = refusals.get(approval.key);
  if (refused !== undefined) return { kind: "refused", ...refused };
  // The core's list of what waits is read anew at once, a page of requests a moment later.
  const decision = approval.decision ?? waiting.get(approval.key) ?? null;
  const { deciding } = approval;
  if (decision === null || decision.state === "failed") {
    // Somebody else was first, as their gateway says; the ERP has not said so yet.
    if (deciding !== null) return { kind: "deciding", approve: deciding.approve, who: deciding.by, forWhom: deciding.on_behalf_of, state: deciding.state };
  }
  if (decision === null) return { kind: "open" };
  const { approve, on_behalf_of: forWhom } = decision;
  switch (decision.state) {
    case "queued":
      if (decision.held_until !== null) return { kind: "held", approve, until: decision.held_until, forWhom };
      return decision.error === null ? { kind: "queued", approve, forWhom } : { kind: "retrying", approve, attempts: decision.attempts, error: decision.error };
    case "sent":
      return { kind: "sent", approve, error: decision.error, forWhom };
    case "confirmed":
      return { kind: "confirmed", approve, forWhom };
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
