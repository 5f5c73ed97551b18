// The pages that exist, by the name in the address. A page is a folder that exports one component; it adds its line here.

import type { ComponentType } from "react";
import type { PageName } from "@/route";
import { Events } from "./events";
import { Overview } from "./overview";

export const registry: Partial<Record<PageName, ComponentType>> = {
  overview: Overview,
  events: Events,
};
