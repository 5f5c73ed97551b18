// Alerts by rule, as a flat list with a heading before each group. Pure.

import type { AlertState } from "@/bindings/AlertState";
import type { AlertsView } from "@/bindings/AlertsView";
import type { AlertView } from "@/bindings/AlertView";
import type { Severity } from "@/bindings/Severity";
import { isListed } from "@/rules";

export const TABS = ["firing", "acknowledged", "snoozed", "resolved"] as const satisfies readonly AlertState[];

const WEIGHT: Record<Severity, number> = { critical: 3, warning: 2, success: 1, info: 0 };

export interface Heading {
  readonly heading: string;
  readonly severity: Severity;
  readonly alerts: readonly AlertView[];
}

export type Line = Heading | AlertView;

export function isHeading(line: Line): line is Heading {
  return "heading" in line;
}

export function lineKey(line: Line): string {
  return isHeading(line) ? `rule/${line.heading}` : line.id;
}

export function inTab(view: Pick<AlertsView, "active" | "resolved">, tab: AlertState): readonly AlertView[] {
  // What something keeps quiet is with what somebody put off.
  const place = (alert: AlertView) => (alert.silenced_by !== null && alert.state === "firing" ? "snoozed" : alert.state);
  const all = tab === "resolved" ? view.resolved : view.active.filter((alert) => place(alert) === tab);
  return all.filter(({ rule }) => isListed(rule));
}

export function counts(view: Pick<AlertsView, "active" | "resolved">): Record<AlertState, number> {
  return { firing: inTab(view, "firing").length, acknowledged: inTab(view, "acknowledged").length, snoozed: inTab(view, "snoozed").length, resolved: inTab(view, "resolved").length };
}

/** The worst group first, then the larger, then by name, so that groups do not change places with every new alert. Inside, as the core sorts. */
export function grouped(alerts: readonly AlertView[]): Line[] {
  const groups = new Map<string, AlertView[]>();
  for (const alert of alerts) groups.set(alert.rule, [...(groups.get(alert.rule) ?? []), alert]);
  return [...groups]
    .map(([heading, each]): Heading => ({ heading, alerts: each, severity: each.reduce<Severity>((worst, alert) => (WEIGHT[alert.severity] > WEIGHT[worst] ? alert.severity : worst), "info") }))
    .sort((a, b) => WEIGHT[b.severity] - WEIGHT[a.severity] || a.heading.localeCompare(b.heading))
    .flatMap((heading): Line[] => [heading, ...heading.alerts]);
}
