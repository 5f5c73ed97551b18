// Numbers that rest on a source that is not current: greyed, with the time until which they hold. The same everywhere.

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { coreNow } from "@/format/clock";
import { type Aged, type Freshness, useLive } from "@/live";
import { useWord } from "@/text";
import { cx } from "./cx";

/** `as of 10:41`; of another day with its date. */
function useAsOf(): (at: number | null) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (at) => {
    if (at === null) return t("common.asOfNever");
    const now = coreNow();
    return t("common.asOf", { time: new Date(at).toDateString() === new Date(now).toDateString() ? format.minute(at) : format.dateTime(at, now) });
  };
}

/** `East warehouse: Upstream down, as of 10:41` */
function useAgedText(): (aged: Aged) => string {
  const { t } = useTranslation();
  const word = useWord();
  const asOf = useAsOf();
  return ({ name, kind, at }) => t("common.aged", { name, state: word("linkShort", kind), asOf: asOf(at) });
}

/** A number of one source: greyed and with its time in the title while `aged` is. */
export function Figure({ aged, className, children }: { aged: Aged | null; className?: string; children: ReactNode }) {
  const text = useAgedText();
  if (aged === null) return className === undefined ? children : <span className={className}>{children}</span>;
  return (
    <span data-aged="" title={text(aged)} className={cx("aged", className)}>
      {children}
    </span>
  );
}

/** For the head of a list: until when its numbers hold, and whose they are, as parts of a line; none where all are current. */
export function useAgedNote(): (fresh: Freshness, sources: Iterable<string>) => readonly ReactNode[] {
  const { t } = useTranslation();
  const word = useWord();
  const text = useAgedText();
  const asOf = useAsOf();
  return (fresh, sources) => {
    const aged = [...new Map([...new Set(sources)].flatMap((source) => fresh.of(source) ?? []).map((each) => [each.id, each])).values()];
    const [first] = aged;
    if (first === undefined) return [];
    const whose = aged.length === 1 ? t("common.agedWhose", { name: first.name, state: word("linkShort", first.kind) }) : t("common.agedMany", { count: aged.length, n: aged.length });
    const title = aged.map(text).join("\n");
    return [
      <span key="as of" role="note" title={title} className="text-warn">
        {asOf(earliest(aged))}
      </span>,
      <span key="whose" title={title} className="text-warn">
        {whose}
      </span>,
    ];
  };
}

/** Until when all of them hold; null: one of them never told anything. */
function earliest(aged: readonly Aged[]): number | null {
  return aged.reduce<number | null>((least, { at }) => (least === null || at === null ? null : Math.min(least, at)), aged[0]?.at ?? null);
}

/** What a tile says of a sum over all sources. */
export interface TileAge {
  /** Nothing in it is current; else a part of it is. */
  readonly whole: boolean;
  /** Parts of a line, the time first: it is never cut. */
  readonly note: readonly string[];
  readonly title: string;
}

export function useTileAge({ aged, none }: Freshness): TileAge | null {
  const following = useLive((live) => live.core.kind === "following");
  const { t } = useTranslation();
  const text = useAgedText();
  const asOf = useAsOf();
  if (!following) return { whole: true, note: [t("common.stale.core")], title: t("common.stale.core") };
  const [first] = aged;
  if (first === undefined) return null;
  const whose = aged.length === 1 ? first.name : t("common.agedMany", { count: aged.length, n: aged.length });
  return { whole: none, note: [asOf(earliest(aged)), ...(none ? [] : [whose])], title: aged.map(text).join("\n") };
}
