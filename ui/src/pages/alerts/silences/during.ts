// What is to be kept quiet while a maintenance lasts: everything that its ERP and the links to it would make fire meanwhile, but for the maintenance itself.

import type { AlertView } from "@/bindings/AlertView";
import type { SourceStatus } from "@/bindings/SourceStatus";
import { written } from "@/filter/terms";

/** With what the dialog of a silence begins. */
export interface Silencing {
  readonly filter: string;
  readonly reason?: string;
  /** Ms since 1970. */
  readonly from?: number;
  readonly until?: number;
}

/** Null for an alert that is of no time, or of one that is past. */
export function during(alert: AlertView, sources: readonly Pick<SourceStatus, "id" | "realm">[], reason: string, now: number): Silencing | null {
  const [from, until] = [timeOf(alert.values["starts_at"]), timeOf(alert.values["ends_at"])];
  if (alert.source === null || from === null || until === null || until <= now) return null;
  const links = sources.filter((source) => source.realm === alert.source).map((source) => source.id);
  const means = [written("source", alert.source), ...links.map((id) => written("subject", `source:${id}`))];
  // A silence of the past is none: one that has begun begins now.
  return { filter: `(${means.join(" OR ")}) -${written("rule", alert.rule)}`, reason, from: Math.max(from, now), until };
}

function timeOf(text: string | undefined): number | null {
  const at = Number(text);
  return text !== undefined && Number.isFinite(at) && at > 0 ? at : null;
}
