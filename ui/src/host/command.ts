// The whole of what the window may ask of the core: one line per command, the types generated from Rust.

import type { AlertsView } from "@/bindings/AlertsView";
import type { ApprovalsView } from "@/bindings/ApprovalsView";
import type { Batch } from "@/bindings/Batch";
import type { CatalogueView } from "@/bindings/CatalogueView";
import type { DecideResult } from "@/bindings/DecideResult";
import type { EventDetail } from "@/bindings/EventDetail";
import type { EventPage } from "@/bindings/EventPage";
import type { FinanceView } from "@/bindings/FinanceView";
import type { HealthView } from "@/bindings/HealthView";
import type { Hello } from "@/bindings/Hello";
import type { InventoryView } from "@/bindings/InventoryView";
import type { OrdersView } from "@/bindings/OrdersView";
import type { OverviewView } from "@/bindings/OverviewView";
import type { Settings } from "@/bindings/Settings";
import type { Severity } from "@/bindings/Severity";
import type { Source } from "@/bindings/Source";
import type { SourceSecrets } from "@/bindings/SourceSecrets";
import type { SourceTest } from "@/bindings/SourceTest";
import type { SupportBundle } from "@/bindings/SupportBundle";

/** A command without arguments. */
export type Nothing = Record<string, never>;

/** Incidents that the built-in simulator plays on demand. */
export type Incident = "printer_down" | "feed_cut" | "low_stock" | "refund_large" | "approval_burst";

/** Name → arguments and answer. */
export interface Commands {
  hello: { args: Nothing; answer: Hello };
  recent: { args: { rows: number }; answer: Batch };
  next_batch: { args: { after: number; rows: number }; answer: Batch };
  overview: { args: Nothing; answer: OverviewView };
  inventory: { args: Nothing; answer: InventoryView };
  orders: { args: Nothing; answer: OrdersView };
  approvals: { args: Nothing; answer: ApprovalsView };
  finance: { args: Nothing; answer: FinanceView };
  alerts: { args: Nothing; answer: AlertsView };
  health: { args: Nothing; answer: HealthView };
  catalogue: { args: Nothing; answer: CatalogueView };
  events: { args: { before: number | null; after?: number; limit: number; filter: string }; answer: EventPage };
  /** `reveal` shows what is masked. */
  event: { args: { seq: number; reveal?: boolean }; answer: EventDetail };
  decide: { args: { keys: string[]; approve: boolean; reason: string | null }; answer: DecideResult[] };
  acknowledge: { args: { ids: string[] }; answer: null };
  snooze: { args: { id: string; minutes: number }; answer: null };
  save_settings: { args: { settings: Settings }; answer: Settings };
  /** A button of a notification in the window, or `closed`. */
  notice_answered: { args: { id: string; action: string }; answer: null };
  test_delivery: { args: { severity: Severity }; answer: null };
  test_source: { args: { source: Source }; answer: SourceTest };
  reconnect: { args: { source: string }; answer: null };
  /** Where the secrets of each source are kept, by its id. */
  source_secrets: { args: Nothing; answer: Record<string, SourceSecrets> };
  set_token: { args: { source: string; token: string }; answer: null };
  /** Opens the window in which one signs in to the source's server. */
  login: { args: { source: string }; answer: null };
  start_demo: { args: Nothing; answer: Settings };
  incident: { args: { name: Incident }; answer: null };
  /** A redacted archive for whoever helps. */
  support_bundle: { args: Nothing; answer: SupportBundle };
  painted: { args: { samples: number[] }; answer: null };
}

export type CommandName = keyof Commands;
export type Args<N extends CommandName> = Commands[N]["args"];
export type Answer<N extends CommandName> = Commands[N]["answer"];

/** Views that a page shows and that carry a version of the same name. */
export type ViewName = "overview" | "inventory" | "orders" | "approvals" | "finance" | "alerts" | "health";

/** Everything the window may ask of the world outside the page. A failure is always a `CommandError`, an abort an `AbortError`. */
export interface Host {
  call<N extends CommandName>(name: N, args: Args<N>, signal?: AbortSignal): Promise<Answer<N>>;
}
