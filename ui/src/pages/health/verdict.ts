// What the whole page says in one line: is the picture on the other pages whole and fresh, and if not, what stands in the way. Pure.
//
// A clock that is off is not in the way: times are corrected by it, and its source says so.

import type { HealthView } from "@/bindings/HealthView";
import type { SourceHealth } from "@/bindings/SourceHealth";
import type { Tone } from "@/parts";

/** Gaps and unreadable frames older than this are history, ms: they stay in their lists, but no longer disturb. */
const RECENT = 3_600_000;

/** Whether a moment is not history yet. */
export const isRecent = (view: Pick<HealthView, "at">, at: number): boolean => view.at - at < RECENT;
/** Readers further behind than this lag, events. */
const LAG = 1_000;

/** One reason why not all is well. */
export type Finding =
  | { readonly kind: "store"; readonly tone: "crit"; readonly error: string }
  | { readonly kind: "link"; readonly tone: Tone; readonly source: SourceHealth }
  | { readonly kind: "catching_up"; readonly tone: "info"; readonly sources: readonly SourceHealth[] }
  | { readonly kind: "gaps" | "malformed" | "aside" | "letters" | "decisions" | "lag"; readonly tone: "warn"; readonly n: number };

export interface Verdict {
  readonly tone: Tone;
  /** Worst first. */
  readonly findings: readonly Finding[];
  readonly live: number;
  readonly paused: number;
}

const ORDER: readonly Tone[] = ["crit", "warn", "info", "dim", "good"];

export function verdict(view: Pick<HealthView, "at" | "sources" | "gaps" | "malformed" | "set_aside" | "faults" | "store" | "decisions_failed" | "lag" | "handlers">): Verdict {
  const findings: Finding[] = [];
  if (view.store.error !== null) findings.push({ kind: "store", tone: "crit", error: view.store.error });
  const behind = view.sources.filter((source) => source.state.kind === "catching_up");
  if (behind.length > 0) findings.push({ kind: "catching_up", tone: "info", sources: behind });
  for (const source of view.sources) {
    switch (source.state.kind) {
      case "upstream_down":
      case "needs_login":
      case "refused":
        findings.push({ kind: "link", tone: "crit", source });
        break;
      case "offline":
      case "partly":
      case "stale":
      case "silent":
      case "polling":
        findings.push({ kind: "link", tone: "warn", source });
        break;
      case "connecting":
      case "unconfirmed":
        findings.push({ kind: "link", tone: "info", source });
        break;
      case "paused":
      case "catching_up":
      case "live":
        break;
    }
  }
  const gaps = view.gaps.filter((gap) => gap.filled === null && view.at - gap.to < RECENT).length;
  if (gaps > 0) findings.push({ kind: "gaps", tone: "warn", n: gaps });
  const malformed = view.malformed.filter((frame) => view.at - frame.at < RECENT).length;
  if (malformed > 0) findings.push({ kind: "malformed", tone: "warn", n: malformed });
  const recent = (at: number) => view.at - at < RECENT;
  const aside = view.set_aside.filter((one) => recent(one.at)).length + view.faults.filter((one) => recent(one.last_at)).length;
  if (aside > 0) findings.push({ kind: "aside", tone: "warn", n: aside });
  // What the figures and the rules set aside is told as that.
  const letters = view.handlers.filter((one) => one.can.includes("pause")).reduce((sum, one) => sum + one.letters, 0);
  if (letters > 0) findings.push({ kind: "letters", tone: "warn", n: letters });
  if (view.decisions_failed > 0) findings.push({ kind: "decisions", tone: "warn", n: view.decisions_failed });
  const lag = Math.max(0, ...Object.values(view.lag));
  if (lag > LAG) findings.push({ kind: "lag", tone: "warn", n: lag });
  findings.sort((a, b) => ORDER.indexOf(a.tone) - ORDER.indexOf(b.tone));

  const live = view.sources.filter((source) => source.state.kind === "live" || source.state.kind === "partly").length;
  const paused = view.sources.filter((source) => source.state.kind === "paused").length;
  return { tone: findings[0]?.tone ?? (live > 0 ? "good" : "dim"), findings, live, paused };
}
