// Small marks that mean the same everywhere: severity, domain, link state, kind.

import { CircleCheck, Info, OctagonAlert, TriangleAlert } from "lucide-react";
import type { EventRow } from "@/bindings/EventRow";
import type { LinkState } from "@/bindings/LinkState";
import type { Severity } from "@/bindings/Severity";
import { type Told, useKindTitle, useWord } from "@/text";
import { useTranslation } from "react-i18next";
import { cx } from "./cx";

const ICONS = { info: Info, success: CircleCheck, warning: TriangleAlert, critical: OctagonAlert } as const;
const INKS: Record<Severity, string> = { info: "text-info", success: "text-good", warning: "text-warn", critical: "text-crit" };
const SOFTS: Record<Severity, string> = { info: "bg-info-soft text-info", success: "bg-good-soft text-good", warning: "bg-warn-soft text-warn", critical: "bg-crit-soft text-crit" };

export function severityInk(severity: Severity): string {
  return INKS[severity];
}

export function severitySoft(severity: Severity): string {
  return SOFTS[severity];
}

/** Icon, word and colour; `word={false}` hides the word from eyes only, `quiet` takes the colour from what is worth no more than a row. */
export function SeverityMark({ severity, word = true, quiet = false, className }: { severity: Severity; word?: boolean; quiet?: boolean; className?: string }) {
  const { t } = useTranslation();
  const Icon = ICONS[severity];
  return (
    <span className={cx("inline-flex items-center gap-1.5 whitespace-nowrap", quiet && severity === "info" ? "text-ink-3" : INKS[severity], className)}>
      <Icon aria-hidden className="size-4 flex-none" strokeWidth={1.75} />
      <span className={word ? undefined : "sr-only"}>{t(`common.severity.${severity}`)}</span>
    </span>
  );
}

const DOMAINS = new Set(["inventory", "orders", "approvals", "finance", "data", "system", "notification", "people", "content", "social", "shop", "venue", "watchdeck"]);

/** The token of a domain's colour. */
export function domainColour(domain: string): string {
  return `var(--d-${DOMAINS.has(domain) ? domain : "other"})`;
}

/** A domain's colour as a square, for legends; the word stands beside it. */
export function DomainMark({ domain, word = true }: { domain: string; word?: boolean }) {
  const say = useWord();
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap text-ink-2">
      <i aria-hidden className="tint size-2 rounded-[2px]" style={{ background: domainColour(domain) }} />
      <span className={word ? undefined : "sr-only"}>{say("domain", domain)}</span>
    </span>
  );
}

/** Characters of a title that a column makes room for: kinds that nobody knows can be called anything. */
const KIND = 32;

export function kindRoom(title: string): string {
  return title.slice(0, KIND);
}

/** What an event says happened, behind the bar of its domain. */
export function KindTitle({ row, className }: { row: Told & Pick<EventRow, "domain">; className?: string }) {
  const title = useKindTitle()(row);
  return (
    <span className={cx("inline-flex min-w-0 items-center gap-[7px]", className)} title={`${title} (${row.kind})`}>
      <i aria-hidden className="tint h-3.5 w-[3px] flex-none rounded-[2px]" style={{ background: domainColour(row.domain) }} />
      <span className="truncate">{title}</span>
    </span>
  );
}

/** How a link's state is coloured. The words are `useLinkText`. */
export function linkTone(state: LinkState): "good" | "info" | "warn" | "crit" | "dim" {
  switch (state.kind) {
    case "live":
      return "good";
    case "catching_up":
    case "connecting":
    case "unconfirmed":
      return "info";
    case "partly":
    case "stale":
    case "silent":
    case "offline":
    case "polling":
      return "warn";
    case "upstream_down":
    case "needs_login":
    case "refused":
      return "crit";
    case "paused":
      return "dim";
  }
}

const DOTS = { good: "bg-good ring-good-soft", info: "bg-info ring-info-soft", warn: "bg-warn ring-warn-soft", crit: "bg-crit ring-crit-soft", dim: "bg-ink-3 ring-raised" } as const;
const TONES = { good: "text-ink-2", info: "text-info", warn: "text-warn", crit: "text-crit", dim: "text-ink-3" } as const;

export type Tone = keyof typeof DOTS;

export function toneInk(tone: Tone): string {
  return TONES[tone];
}

const FILLS = { good: "bg-good", info: "bg-info", warn: "bg-warn", crit: "bg-crit", dim: "bg-ink-3" } as const;

export function toneFill(tone: Tone): string {
  return FILLS[tone];
}

export function StateDot({ tone }: { tone: Tone }) {
  return <span aria-hidden className={cx("tint size-[7px] flex-none rounded-full ring-3", DOTS[tone])} />;
}
