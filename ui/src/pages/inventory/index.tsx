// Inventory: a row per product, the low ones on top, and the movements beside it.

import { Box, PackageSearch, TriangleAlert } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { EventRow } from "@/bindings/EventRow";
import type { InventoryView } from "@/bindings/InventoryView";
import type { StockRow } from "@/bindings/StockRow";
import { useFormat } from "@/format";
import { useFreshness } from "@/live";
import { AgedNote, Button, type Column, cx, EmptyState, RowValue, SectionHeader, VirtualRows } from "@/parts";
import { matchesWords, SearchField } from "@/parts/search";
import { ViewGate } from "@/parts/view-gate";
import { openEvent } from "@/route/selection";
import { useStockColumns } from "./columns";
import { steadyOrder } from "./order";

export default function Inventory() {
  return <ViewGate name="inventory">{(view) => <Stock view={view} />}</ViewGate>;
}

const productKey = (row: StockRow) => row.key;
const movementKey = (row: EventRow) => String(row.seq);

function Stock({ view }: { view: InventoryView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = useStockColumns();
  const fresh = useFreshness();
  const [text, setText] = useState("");
  const [onlyLow, setOnlyLow] = useState(false);
  const products = useSteady(view.products);

  const rows = useMemo(() => products.filter((row) => (!onlyLow || row.low) && matchesWords(text, [row.name, row.product_id, row.warehouse])), [products, onlyLow, text]);
  const movements = useMemo(() => (text === "" ? view.movements : view.movements.filter((row) => matchesWords(text, [row.label, row.detail]))), [view.movements, text]);

  return (
    <div className="@container flex min-h-0 flex-1">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <SectionHeader
          className="border-b border-line"
          title={t("inventory.title")}
          note={
            <>
              <AgedNote fresh={fresh} sources={view.products.map((row) => row.source)} />
              {view.forgotten > 0 && <span className="text-warn">{t("inventory.forgotten", { n: format.integer(view.forgotten) })} · </span>}
              {t("inventory.note", { n: format.integer(view.total) })} · <span className={view.low > 0 ? "text-warn" : undefined}>{view.low > 0 ? t("inventory.low", { n: format.integer(view.low) }) : t("inventory.none")}</span>
            </>
          }
          right={
            <>
              <Button look={onlyLow ? "primary" : "plain"} aria-pressed={onlyLow} icon={<TriangleAlert aria-hidden />} onClick={() => setOnlyLow(!onlyLow)}>
                {t("inventory.onlyLow")}
              </Button>
              <SearchField label={t("inventory.search")} value={text} onChange={setText} className="w-[clamp(140px,22vw,240px)]" />
            </>
          }
        />
        <VirtualRows
          label={t("inventory.table")}
          rows={rows}
          rowKey={productKey}
          columns={columns}
          primary
          rowClass={(row) => cx("isolate", row.low && "bg-warn-soft/45")}
          onOpen={(row) => openEvent(row.last_seq)}
          empty={
            view.products.length === 0 ? (
              <EmptyState icon={<Box />} title={t("inventory.empty")} text={t("inventory.emptyText")} />
            ) : (
              <EmptyState icon={<PackageSearch />} title={t("inventory.noMatch")} text={t("inventory.noMatchText")} />
            )
          }
        />
      </div>
      <Movements rows={movements} />
    </div>
  );
}

/** The rows in an order that stays while one reads. */
function useSteady(products: readonly StockRow[]): readonly StockRow[] {
  const [kept, setKept] = useState<{ from: readonly StockRow[]; rows: readonly StockRow[] }>(() => ({ from: products, rows: steadyOrder([], products) }));
  if (kept.from === products) return kept.rows;
  const rows = steadyOrder(kept.rows.map(productKey), products);
  setKept({ from: products, rows });
  return rows;
}

function Movements({ rows }: { rows: readonly EventRow[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = useMemo<readonly Column<EventRow>[]>(
    () => [
      { id: "time", header: t("inventory.movementsColumn.time"), width: "86px", className: "num text-ink-3", cell: (row) => format.time(row.occurred_at) },
      {
        id: "product",
        header: t("inventory.movementsColumn.product"),
        width: "minmax(0, 1fr)",
        cell: (row) => <span title={[row.label, row.detail].filter(Boolean).join(" · ")}>{row.label}</span>,
      },
      { id: "delta", header: t("inventory.movementsColumn.change"), width: "56px", align: "end", cell: (row) => <RowValue row={row} /> },
      { id: "new", header: t("inventory.movementsColumn.now"), width: "70px", align: "end", className: "num text-ink-2", cell: (row) => row.new !== null && format.quantity(row.new) },
    ],
    [t, format],
  );
  return (
    <aside aria-label={t("inventory.movements")} className="flex w-[clamp(300px,28%,380px)] flex-none flex-col border-l border-line @max-[1000px]:hidden">
      <SectionHeader className="border-b border-line" title={t("inventory.movements")} note={t("inventory.movementsNote", { n: format.integer(rows.length) })} />
      <VirtualRows label={t("inventory.movements")} rows={rows} rowKey={movementKey} columns={columns} onOpen={(row) => openEvent(row.seq)} empty={<EmptyState title={t("inventory.movementsEmpty")} />} />
    </aside>
  );
}
