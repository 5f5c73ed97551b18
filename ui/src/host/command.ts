// The whole of what the window may ask of the core: every command with its types, declared once, in the core.

import type { Commands } from "@/bindings/Commands";

/** Incidents that the built-in simulator plays on demand. */
export type Incident = "printer_down" | "feed_cut" | "low_stock" | "refund_large" | "approval_burst";

export type CommandName = keyof Commands;
export type Args<N extends CommandName> = Commands[N]["args"];
export type Answer<N extends CommandName> = Commands[N]["answer"];

/** Views that a page shows and that carry a version of the same name. */
export type ViewName = "overview" | "inventory" | "orders" | "approvals" | "decisions" | "finance" | "alerts" | "health" | "packs";

/** Everything the window may ask of the world outside the page. A failure is always a `CommandError`, an abort an `AbortError`. */
export interface Host {
  call<N extends CommandName>(name: N, args: Args<N>, signal?: AbortSignal): Promise<Answer<N>>;
}
