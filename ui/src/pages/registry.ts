// The pages that exist, by the name in the address. A page is a folder that exports one component; it adds its line here.

import type { ComponentType } from "react";
import type { PageName } from "@/route";
import { Alerts } from "./alerts";
import { Approvals } from "./approvals";
import { Events } from "./events";
import { Finance } from "./finance";
import { Health } from "./health";
import { Inventory } from "./inventory";
import { Orders } from "./orders";
import { Overview } from "./overview";
import { SettingsPage } from "./settings";

export const registry: Partial<Record<PageName, ComponentType>> = {
  overview: Overview,
  inventory: Inventory,
  orders: Orders,
  approvals: Approvals,
  finance: Finance,
  alerts: Alerts,
  events: Events,
  health: Health,
  settings: SettingsPage,
};
