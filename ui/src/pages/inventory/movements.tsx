// The newest movements beside the products; a line where there are none.

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { EventRow } from "@/bindings/EventRow";
import { useFormat } from "@/format";
import { type Column, RowValue, SectionHeader, SideLine, valueText, VirtualRows } from "@/parts";
import { openEvent } from "@/route/selection";
import { joined } from "@/text";

const movementKey = (row: EventRow) => String(row.seq);

export function Movements({ rows }: { rows: readonly EventRow[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = useMemo<readonly Column<EventRow>[]>(
    () => [
      { id: "time", header: t("inventory.movementsColumn.time"), className: "text-ink-3", holds: (row) => format.time(row.occurred_at), cell: (row) => format.time(row.occurred_at) },
      { id: "product", header: t("inventory.movementsColumn.product"), width: "minmax(104px, 1fr)", cell: (row) => <span title={joined([row.label, row.detail])}>{row.label}</span> },
      { id: "delta", header: t("inventory.movementsColumn.change"), align: "end", holds: (row) => valueText(format, row), cell: (row) => <RowValue row={row} /> },
      { id: "new", header: t("inventory.movementsColumn.now"), align: "end", spare: 2, className: "text-ink-2", holds: (row) => (row.new === null ? null : format.quantity(row.new)), cell: (row) => row.new !== null && format.quantity(row.new) },
      { id: "actor", header: t("inventory.movementsColumn.actor"), width: "minmax(80px, 0.6fr)", spare: 3, className: "text-ink-2", cell: (row) => row.actor !== null && <span title={row.actor}>{row.actor}</span> },
    ],
    [t, format],
  );
  if (rows.length === 0) return <SideLine label={t("inventory.movements")}>{t("inventory.movementsEmpty")}</SideLine>;
  return (
    <aside aria-label={t("inventory.movements")} className="flex w-[clamp(280px,22%,460px)] flex-none flex-col border-l border-line @max-[1000px]:hidden">
      <SectionHeader className="border-b border-line" title={t("inventory.movements")} note={t("inventory.movementsNote", { n: format.integer(rows.length) })} />
      <VirtualRows label={t("inventory.movements")} rows={rows} rowKey={movementKey} columns={columns} onOpen={(row) => openEvent(row.seq)} />
    </aside>
  );
}
