// The pages, one entry each, in the order they are listed everywhere. The page itself is the folder of this name under `pages`, its title `frame.page.<name>`.

import { Activity, Bell, Box, CircleCheckBig, CircleDollarSign, LayoutGrid, type LucideIcon, ReceiptText, Rows3, Settings2 } from "lucide-react";
import type { Frame } from "@/bindings/Frame";
import type { Severity } from "@/bindings/Severity";

/** What may wait on a page: a number beside its name, and in the title of the window. */
export interface Waiting {
  readonly count: (frame: Frame) => number;
  readonly severity: (frame: Frame) => Severity;
  /** The key of what is spoken for the number. */
  readonly text: "frame.pendingCount" | "frame.firingCount";
}

interface Entry {
  /** In the address. */
  readonly name: string;
  /** The second key of `g …`. */
  readonly key: string;
  readonly icon: LucideIcon;
  /** Where it stands in the rail. */
  readonly place: "main" | "tools" | "foot";
  readonly waiting?: Waiting;
}

const ENTRIES = [
  { name: "overview", key: "o", icon: LayoutGrid, place: "main" },
  { name: "inventory", key: "i", icon: Box, place: "main" },
  { name: "orders", key: "r", icon: ReceiptText, place: "main" },
  { name: "approvals", key: "a", icon: CircleCheckBig, place: "main", waiting: { count: (frame) => frame.approvals_pending, severity: () => "warning", text: "frame.pendingCount" } },
  { name: "finance", key: "f", icon: CircleDollarSign, place: "main" },
  { name: "alerts", key: "l", icon: Bell, place: "main", waiting: { count: (frame) => frame.alerts_firing, severity: (frame) => frame.alerts_worst ?? "info", text: "frame.firingCount" } },
  { name: "events", key: "e", icon: Rows3, place: "tools" },
  { name: "health", key: "h", icon: Activity, place: "tools" },
  { name: "settings", key: "s", icon: Settings2, place: "foot" },
] as const satisfies readonly Entry[];

export type PageName = (typeof ENTRIES)[number]["name"];
export type Page = Entry & { readonly name: PageName };

export const PAGES: readonly Page[] = ENTRIES;

/** Where an address leads that names no page. */
export const FIRST_PAGE = ENTRIES[0].name;
