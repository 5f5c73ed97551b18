// The columns of the event list, as data.

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { EventRow } from "@/bindings/EventRow";
import { useFormat } from "@/format";
import { happenedAt, isRow, type Item, type KnownSources, LATE_MS, took } from "@/live";
import { Change, type Column, DoubtMark, KindTitle, LateMark, RowSource, RowValue, SeverityMark, SourceMark } from "@/parts";
import { joined } from "@/text";

export const COLUMN_IDS = ["time", "severity", "kind", "label", "change", "delta", "actor", "channel", "source", "latency"] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];

export const DEFAULT_COLUMNS: readonly ColumnId[] = ["time", "severity", "kind", "label", "change", "delta", "actor", "latency"];

/** `behind` has the rows that are out of order. */
export function useColumns(on: readonly ColumnId[], sources: KnownSources, behind: ReadonlyMap<number, number>): readonly Column<Item>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(() => {
    const row = (cell: (row: EventRow) => React.ReactNode) => (item: Item) => (isRow(item) ? cell(item) : null);
    const all: Record<ColumnId, Omit<Column<Item>, "id" | "header">> = {
      time: {
        width: "116px",
        className: "num text-ink-3",
        // By our clock, whatever the publisher's says.
        cell: row((event) => (
          <>
            {sources.several && <RowSource source={sources.of(event.source)} />}
            {format.timeMs(happenedAt(event))}
          </>
        )),
      },
      severity: { width: "88px", from: 980, className: "flex items-center", cell: row((event) => <SeverityMark severity={event.severity} quiet />) },
      kind: { width: "132px", className: "flex items-center", cell: row((event) => <KindTitle row={event} />) },
      label: {
        width: "minmax(180px, 1fr)",
        cell: row((event) => (
          <span title={joined([event.label, event.detail])}>
            <DoubtMark row={event} />
            <LateMark row={event} behind={behind.get(event.seq)} />
            {event.label}
            {joined([event.detail]) !== "" && <span className="text-ink-2"> · {event.detail}</span>}
          </span>
        )),
      },
      change: { width: "minmax(84px, 156px)", className: "text-ink-2", cell: row((event) => <Change row={event} />) },
      delta: { width: "124px", align: "end", cell: row((event) => <RowValue row={event} />) },
      actor: { width: "96px", from: 700, className: "text-ink-2", cell: row((event) => <span title={event.actor ?? undefined}>{event.actor}</span>) },
      channel: { width: "120px", className: "font-mono text-[12px] text-ink-2", cell: row((event) => event.channel) },
      source: {
        width: "minmax(96px, 128px)",
        className: "text-ink-2",
        cell: row((event) => {
          const source = sources.of(event.source);
          return source === null ? (
            event.source
          ) : (
            <span title={source.name}>
              <SourceMark colour={source.colour} className="mr-1.5" />
              {source.name}
            </span>
          );
        }),
      },
      latency: {
        width: "76px",
        align: "end",
        from: 860,
        className: "num text-ink-3",
        cell: row((event) => {
          const ms = took(event);
          return ms !== null && (ms < LATE_MS ? format.duration(ms) : format.age(ms));
        }),
      },
    };
    const narrow: Column<Item> = {
      id: "severity-mark",
      header: <span className="sr-only">{t("events.column.severity")}</span>,
      width: "32px",
      to: 979,
      className: "flex items-center",
      cell: row((event) => <SeverityMark severity={event.severity} word={false} quiet />),
    };
    return COLUMN_IDS.filter((id) => on.includes(id)).flatMap((id) => {
      const column: Column<Item> = { id, header: t(`events.column.${id}`), ...all[id] };
      return id === "severity" ? [column, narrow] : [column];
    });
  }, [on, t, format, sources, behind]);
}
