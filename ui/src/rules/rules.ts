// What the window has to know of a rule by its name: where its alerts are shown, and how it is switched. All else its document says.

import type { AlertView } from "@/bindings/AlertView";
import type { SettingsPatch } from "@/bindings/SettingsPatch";

/** What these are about waits on the Approvals page. */
const ELSEWHERE: readonly string[] = ["approval_requested", "approval_due"];

/** Whether its alerts are among the alerts: what waits is counted once. */
export function isListed(id: AlertView["rule"]): boolean {
  return !ELSEWHERE.includes(id);
}

/** The change of the settings that turns a rule on or off. */
export function switched(id: string, on: boolean): SettingsPatch {
  return { rules_off: { [id]: !on } };
}

/** The change of the settings that puts back what came with Watchdeck; a rule of the user's is gone. */
export function shippedAgain(id: string): SettingsPatch {
  return { rules: { [id]: null } };
}
