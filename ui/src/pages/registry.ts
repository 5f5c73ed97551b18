// The pages, by the name in the address. A page is a folder that exports one component; it adds its line here. All but the first are loaded when they are
// wanted, or once the window has nothing better to do: a window opens sooner, and no page is waited for twice.

import { type ComponentType, lazy } from "react";
import type { PageName } from "@/route";
import { Overview } from "./overview";

type Load = () => Promise<{ default: ComponentType }>;

const loads: Record<Exclude<PageName, "overview">, Load> = {
  inventory: () => import("./inventory").then((page) => ({ default: page.Inventory })),
  orders: () => import("./orders").then((page) => ({ default: page.Orders })),
  approvals: () => import("./approvals").then((page) => ({ default: page.Approvals })),
  finance: () => import("./finance").then((page) => ({ default: page.Finance })),
  alerts: () => import("./alerts").then((page) => ({ default: page.Alerts })),
  events: () => import("./events").then((page) => ({ default: page.Events })),
  health: () => import("./health").then((page) => ({ default: page.Health })),
  settings: () => import("./settings").then((page) => ({ default: page.SettingsPage })),
};

export const registry: Readonly<Record<PageName, ComponentType>> = {
  overview: Overview,
  inventory: lazy(loads.inventory),
  orders: lazy(loads.orders),
  approvals: lazy(loads.approvals),
  finance: lazy(loads.finance),
  alerts: lazy(loads.alerts),
  events: lazy(loads.events),
  health: lazy(loads.health),
  settings: lazy(loads.settings),
};

/** Fetch every page, one after the other. One that cannot be fetched now is fetched, and its failure told, when somebody goes there. */
export async function prefetchPages(signal: AbortSignal): Promise<void> {
  for (const load of Object.values(loads)) {
    if (signal.aborted) return;
    await load().catch(() => undefined);
  }
}
