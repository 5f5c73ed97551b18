// The columns of the event list, as data.

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { EventRow } from "@/bindings/EventRow";
import { useFormat } from "@/format";
import { happenedAt, isRow, type Item, type KnownSources, LATE_MS, took } from "@/live";
import { Change, codeIn, type Column, DoubtMark, kindRoom, KindTitle, LateMark, Named, RowSource, RowValue, SeverityMark, SourceName, useChangeText, valueText } from "@/parts";
import { joined, useKindTitle } from "@/text";

export const COLUMN_IDS = ["time", "severity", "kind", "label", "detail", "change", "delta", "actor", "channel", "subject", "source", "latency"] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];

/** Those that there is room for, in a wide window all. What a person chose is there whether there is or not. */
export const DEFAULT_COLUMNS: readonly ColumnId[] = COLUMN_IDS.filter((id) => id !== "channel");

/** `behind` has the rows that are out of order. */
export function useColumns(on: readonly ColumnId[], sources: KnownSources, behind: ReadonlyMap<number, number>, wrap: boolean): readonly Column<Item>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const kindTitle = useKindTitle();
  const changeText = useChangeText();
  return useMemo(() => {
    const row = (cell: (row: EventRow) => React.ReactNode) => (item: Item) => (isRow(item) ? cell(item) : null);
    const holds = (text: (row: EventRow) => string | null) => (item: Item) => (isRow(item) && item.gap === null ? text(item) : null);
    const latency = (event: EventRow) => {
      const ms = took(event);
      return ms === null ? null : ms < LATE_MS ? format.duration(ms) : format.age(ms);
    };
    const label = (event: EventRow, whole: boolean) => (
      <Named
        name={event.label}
        beside={whole ? event.detail : null}
        title={joined([event.label, event.detail])}
        wrap={wrap}
        marks={
          <>
            <DoubtMark row={event} />
            <LateMark row={event} behind={behind.get(event.seq)} />
          </>
        }
      />
    );
    const all: Record<ColumnId, Omit<Column<Item>, "id" | "header">> = {
      time: {
        className: "text-ink-3",
        holds: holds((event) => format.timeMs(happenedAt(event))),
        // By our clock, whatever the publisher's says.
        cell: row((event) => (
          <>
            {sources.several && <RowSource source={sources.of(event.source)} />}
            {format.timeMs(happenedAt(event))}
          </>
        )),
      },
      severity: { beside: 22, spare: 2, className: "flex items-center", holds: holds((event) => t(`common.severity.${event.severity}`)), cell: row((event) => <SeverityMark severity={event.severity} quiet />) },
      kind: { beside: 12, className: "flex items-center", holds: holds((event) => kindRoom(kindTitle(event))), cell: row((event) => <KindTitle row={event} />) },
      label: { width: "minmax(180px, 2fr)", cell: row((event) => label(event, !on.includes("detail"))) },
      detail: { width: "minmax(120px, 1fr)", spare: 6, className: "text-ink-2", holds: holds((event) => codeIn(event.detail)), cell: row((event) => event.detail !== null && <span title={event.detail}>{event.detail}</span>) },
      change: { spare: 4, className: "text-ink-2", holds: holds(changeText), cell: row((event) => <Change row={event} />) },
      delta: { align: "end", holds: holds((event) => valueText(format, event)), cell: row((event) => <RowValue row={event} />) },
      actor: { width: "minmax(88px, 0.5fr)", spare: 3, className: "text-ink-2", cell: row((event) => <span title={event.actor ?? undefined}>{event.actor}</span>) },
      channel: { width: "120px", className: "font-mono text-[12px] text-ink-2", cell: row((event) => <span title={event.channel}>{event.channel}</span>) },
      subject: { width: "minmax(140px, 0.7fr)", spare: 7, className: "font-mono text-[12px] text-ink-3", holds: holds((event) => codeIn(event.subject)), cell: row((event) => event.subject !== null && <span title={event.subject}>{event.subject}</span>) },
      source: { width: "minmax(96px, 0.5fr)", spare: 5, className: "text-ink-2", cell: row((event) => <SourceName id={event.source} />) },
      latency: { align: "end", spare: 1, className: "text-ink-3", holds: holds(latency), cell: row(latency) },
    };
    // What stands in the place of a column that has no room.
    const mark: Column<Item> = { id: "severity-mark", header: <span className="sr-only">{t("events.column.severity")}</span>, width: "32px", instead: "severity", className: "flex items-center", cell: row((event) => <SeverityMark severity={event.severity} word={false} quiet />) };
    const whole: Column<Item> = { id: "label-detail", header: t("events.column.label"), ...all.label, instead: "detail", cell: row((event) => label(event, true)) };
    const given = on === DEFAULT_COLUMNS;
    return COLUMN_IDS.filter((id) => on.includes(id) && (id !== "source" || !given || sources.several)).flatMap((id): Column<Item>[] => {
      const column: Column<Item> = { id, header: t(`events.column.${id}`), ...all[id], ...(!given && id !== "severity" ? { spare: undefined } : {}) };
      if (id === "severity") return [column, mark];
      return id === "label" && on.includes("detail") ? [{ ...column, along: "detail" }, whole] : [column];
    });
  }, [on, t, format, sources, behind, wrap, kindTitle, changeText]);
}
