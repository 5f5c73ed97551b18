import { Activity, Bell, Box, CircleCheckBig, CircleDollarSign, LayoutGrid, ReceiptText, Rows3, Settings2 } from "lucide-react";
import type { ComponentType, SVGProps } from "react";
import type { PageName } from "@/route";

export const PAGE_ICONS: Record<PageName, ComponentType<SVGProps<SVGSVGElement>>> = {
  overview: LayoutGrid,
  inventory: Box,
  orders: ReceiptText,
  approvals: CircleCheckBig,
  finance: CircleDollarSign,
  alerts: Bell,
  events: Rows3,
  health: Activity,
  settings: Settings2,
};

/** The second key of `g …`. */
export const PAGE_KEYS: Record<PageName, string> = {
  overview: "o",
  inventory: "i",
  orders: "r",
  approvals: "a",
  finance: "f",
  alerts: "l",
  events: "e",
  health: "h",
  settings: "s",
};
