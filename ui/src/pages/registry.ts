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

/** Pages that are here. */
const here = new Map<PageName, ComponentType>([["overview", Overview]]);

const arriving = (name: Exclude<PageName, "overview">): ComponentType =>
  lazy(() =>
    loads[name]().then((page) => {
      here.set(name, page.default);
      return page;
    }),
  );

const pages: Readonly<Record<PageName, ComponentType>> = {
  overview: Overview,
  inventory: arriving("inventory"),
  orders: arriving("orders"),
  approvals: arriving("approvals"),
  finance: arriving("finance"),
  alerts: arriving("alerts"),
  events: arriving("events"),
  health: arriving("health"),
  settings: arriving("settings"),
};

/** A page: itself where it is here, else what waits for it. Ask once per visit: the two are not the same component. */
export function pageOf(name: PageName): ComponentType {
  return here.get(name) ?? pages[name];
}

/** Fetch every page, one after the other. One that cannot be fetched now is fetched, and its failure told, when somebody goes there. */
export async function prefetchPages(signal: AbortSignal): Promise<void> {
  for (const [name, load] of Object.entries(loads)) {
    if (signal.aborted) return;
    await load().then(
      (page) => here.set(name as PageName, page.default),
      () => undefined,
    );
  }
}
