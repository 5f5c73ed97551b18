// What stands on a row beside its content: which source it came through, that it came late, and the row that says events may be missing.

import { CalendarX2, Check, ClockAlert, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { EventRow } from "@/bindings/EventRow";
import { useFormat, useToday } from "@/format";
import { type KnownSource, lateBy } from "@/live";
import { joined, useGapText } from "@/text";
import { cx } from "./cx";
import { SourceMark } from "./source";

/** The colour of a row's source, in the gutter at its left end; nothing while there is only one. */
export function RowSource({ source }: { source: KnownSource | null }) {
  const { t } = useTranslation();
  if (source === null) return null;
  const said = t("parts.row.source", { name: source.name });
  return (
    <span title={said} className="absolute inset-y-0 left-0 grid w-3.5 place-items-center">
      <SourceMark colour={source.colour} className="size-[7px]" />
      <span className="sr-only">{said}</span>
    </span>
  );
}

/** “late by 5 min”, or out of order; nothing on a row that came as it happened. */
export function LateMark({ row, behind }: { row: EventRow; behind: number | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const late = lateBy(row);
  if (late === null && behind === undefined) return null;
  return (
    <span title={late === null ? t("parts.row.disorderHint") : t("parts.row.lateHint")} className="num mr-1.5 inline-flex h-[18px] items-center gap-1 rounded bg-warn-soft px-1.5 align-middle text-[11px] font-[540] text-warn">
      <ClockAlert aria-hidden className="size-3 flex-none" />
      {late === null ? t("parts.row.disorder", { age: format.duration(behind ?? 0) }) : t("parts.row.late", { age: format.age(late) })}
    </span>
  );
}

/** The publisher's time was not believed; nothing on a row whose time was. */
export function DoubtMark({ row }: { row: Pick<EventRow, "doubted_time"> }) {
  const { t } = useTranslation();
  if (row.doubted_time === null) return null;
  return (
    <span title={t("parts.row.doubtedHint", { text: row.doubted_time })} className="mr-1.5 inline-flex h-[18px] items-center gap-1 rounded bg-warn-soft px-1.5 align-middle text-[11px] font-[540] text-warn">
      <CalendarX2 aria-hidden className="size-3 flex-none" />
      {t("parts.row.doubted")}
    </span>
  );
}

/** Over the full width: between two times events may be missing. Quiet once they were fetched. */
export function GapRow({ row, filled, source }: { row: EventRow; filled: number | null; source: KnownSource | null }) {
  const today = useToday();
  const gapText = useGapText();
  if (row.gap === null) return null;
  const text = gapText({ ...row.gap, filled: row.gap.filled ?? filled }, today);
  const parts = [source?.name ?? row.source, row.gap.channel === null ? null : text.channel, text.reason].filter((part) => part !== null);
  const open = text.filled === null;
  return (
    <span
      title={joined([text.title, ...parts, text.filled])}
      className={cx("flex h-full w-full items-center gap-2 overflow-hidden pr-4 pl-4", open ? "gap-hatch border-y border-warn/45" : "bg-good-soft/60")}
    >
      <RowSource source={source} />
      {open ? <TriangleAlert aria-hidden className="size-4 flex-none text-warn" strokeWidth={1.9} /> : <Check aria-hidden className="size-4 flex-none text-good" />}
      <b className={cx("num flex-none font-[560]", open ? "text-warn" : "font-[480] text-ink-2")}>{text.title}</b>
      {text.filled !== null && <span className="num flex-none text-good">{text.filled}</span>}
      <span className="min-w-0 truncate text-ink-2">{joined(parts)}</span>
    </span>
  );
}

/** Over the full width and quiet: what was missing has come. */
export function FilledRow({ row, source }: { row: EventRow; source: KnownSource | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const events = Number(row.gap?.filled ?? row.change ?? 0);
  return (
    <span className="num flex h-full w-full items-center gap-2 overflow-hidden px-4 text-[12px] text-ink-3">
      <RowSource source={source} />
      <Check aria-hidden className="size-3.5 flex-none text-good" />
      <span className="flex-none">{format.time(row.received_at)}</span>
      <span className="min-w-0 truncate">
        {t("parts.row.filled", { count: events, n: format.integer(events) })} · {source?.name ?? row.source}
      </span>
    </span>
  );
}
