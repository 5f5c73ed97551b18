// Whether a decision is large enough to be asked back. Approving only: a rejection asks for its reason anyhow. The core does the same for notifications
// (`decisions::ask`). Pure.

import type { ApprovalView } from "@/bindings/ApprovalView";
import type { Settings } from "@/bindings/Settings";
import { difference } from "@/format/decimal";
import { totals } from "@/format/totals";

type Amounts = Pick<ApprovalView, "amount" | "unread" | "currency">;

/** One of them is above the set amount, or all of one currency together are. An amount that could not be read may be any. */
export function asks(requests: readonly Amounts[], { ask_large, ask_above }: Pick<Settings, "ask_large" | "ask_above">): boolean {
  if (!ask_large) return false;
  const above = (amount: string) => difference(amount.replace(/^-/, ""), ask_above)?.match(/^[^-].*[1-9]/) != null;
  return requests.some(({ amount, unread }) => unread !== null || (amount !== null && above(amount))) || totals(requests).some(({ amount }) => above(amount));
}
