// The columns of the compact live stream, as data.

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { EventRow } from "@/bindings/EventRow";
import { useFormat } from "@/format";
import { happenedAt, type KnownSources, LATE_MS, took } from "@/live";
import { Change, codeIn, type Column, DoubtMark, kindRoom, KindTitle, LateMark, Named, RowSource, RowValue, SeverityMark, useChangeText, valueText } from "@/parts";
import { useKindTitle } from "@/text";

/** `behind` has the rows that are out of order. */
export function useStreamColumns(sources: KnownSources, behind: ReadonlyMap<number, number>): readonly Column<EventRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const kindTitle = useKindTitle();
  const changeText = useChangeText();
  return useMemo(() => {
    const latency = (row: EventRow) => {
      const ms = took(row);
      return ms === null ? null : ms < LATE_MS ? format.duration(ms) : format.age(ms);
    };
    const time = (text: (at: number) => string): Omit<Column<EventRow>, "id"> => ({
      header: t("events.column.time"),
      className: "text-ink-3",
      holds: (row) => text(happenedAt(row)),
      cell: (row) => (
        <>
          <RowSource source={sources.several ? sources.of(row.source) : null} />
          {text(happenedAt(row))}
        </>
      ),
    });
    return [
      { ...time(format.timeMs), id: "time", spare: 3 },
      { ...time(format.time), id: "time-short", instead: "time" },
      { id: "kind", header: t("events.column.kind"), beside: 12, className: "flex items-center", holds: (row) => kindRoom(kindTitle(row)), cell: (row) => <KindTitle row={row} /> },
      {
        id: "label",
        header: t("events.column.label"),
        width: "minmax(200px, 0.7fr)",
        className: "flex items-center gap-1.5",
        cell: (row) => (
          <>
            {(row.severity === "critical" || row.severity === "warning") && <SeverityMark severity={row.severity} word={false} />}
            <Named
              name={row.label}
              beside={row.detail}
              marks={
                <>
                  <DoubtMark row={row} />
                  <LateMark row={row} behind={behind.get(row.seq)} />
                </>
              }
            />
          </>
        ),
      },
      { id: "change", header: t("events.column.change"), spare: 1, className: "text-ink-2", holds: changeText, cell: (row) => <Change row={row} /> },
      { id: "delta", header: "", align: "end", holds: (row) => valueText(format, row), cell: (row) => <RowValue row={row} /> },
      { id: "actor", header: t("events.column.actor"), width: "minmax(80px, 0.3fr)", spare: 2, className: "text-ink-2", cell: (row) => row.actor !== null && <span title={row.actor}>{row.actor}</span> },
      { id: "subject", header: t("events.column.subject"), width: "minmax(150px, 0.5fr)", spare: 5, className: "font-mono text-[12px] text-ink-3", holds: (row) => codeIn(row.subject), cell: (row) => row.subject !== null && <span title={row.subject}>{row.subject}</span> },
      { id: "latency", header: t("events.column.latency"), align: "end", spare: 4, className: "text-ink-3", holds: latency, cell: latency },
    ];
  }, [t, format, sources, behind, kindTitle, changeText]);
}
