// Inventory: a row per product, the low ones on top, and the movements beside it.

import { Box, PackageSearch, TriangleAlert } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { EventRow } from "@/bindings/EventRow";
import type { InventoryView } from "@/bindings/InventoryView";
import type { StockRow } from "@/bindings/StockRow";
import { matchesWords, written } from "@/filter";
import { useFormat } from "@/format";
import { useFreshness } from "@/live";
import { AgedNote, Button, type Column, cx, EmptyState, RowValue, SectionHeader, VirtualRows } from "@/parts";
import { SearchField, usePhraseItems } from "@/parts/search";
import { ViewGate } from "@/parts/view-gate";
import { go, useFindText } from "@/route";
import { openEvent } from "@/route/selection";
import { joined } from "@/text";
import { useStockColumns } from "./columns";
import { lasts, steadyOrder, warehouses } from "./order";

/** Products that run out within so many hours can be looked at by themselves. */
const WITHIN = [4, 24] as const;

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
  const [text, setText] = useFindText();
  const phrases = usePhraseItems(text, setText);
  const [onlyLow, setOnlyLow] = useState(false);
  const [within, setWithin] = useState<(typeof WITHIN)[number] | null>(null);
  const [warehouse, setWarehouse] = useState("");
  const products = useSteady(view.products);

  const places = useMemo(() => warehouses(products), [products]);
  // A warehouse that is told of no more hides nothing.
  const place = places.includes(warehouse) ? warehouse : "";
  const rows = useMemo(
    () =>
      products.filter(
        (row) => (!onlyLow || row.low) && (within === null || !lasts(row, within)) && (place === "" || row.warehouse === place) && matchesWords(text, [row.name, row.product_id, row.code, row.warehouse, row.last_mover]),
      ),
    [products, onlyLow, within, place, text],
  );
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
              <span role="group" aria-label={t("inventory.within.label")} className="flex gap-1">
                {WITHIN.map((hours) => (
                  <Button key={hours} look={within === hours ? "primary" : "plain"} aria-pressed={within === hours} onClick={() => setWithin(within === hours ? null : hours)}>
                    {t(`inventory.within.h${hours}`)}
                  </Button>
                ))}
              </span>
              {places.length > 1 && (
                <select aria-label={t("inventory.warehouse")} value={place} onChange={(event) => setWarehouse(event.target.value)} className="h-[26px] max-w-[150px] rounded-md border border-line-strong bg-panel px-1.5 text-ink @max-[860px]:hidden">
                  <option value="">{t("inventory.everyWarehouse")}</option>
                  {places.map((name) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
              )}
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
          menu={(row) => [
            ...phrases(t("parts.menu.product"), row.product_id),
            ...phrases(t("parts.menu.warehouse"), row.warehouse),
            { id: "events", label: t("parts.menu.events"), onSelect: () => go("events", { filter: written("subject", `product:${row.product_id}`) }) },
          ]}
          rowClass={(row) => cx("isolate", row.low && "bg-warn-soft/45")}
          onOpen={(row) => openEvent(row.last_seq)}
          empty={
            view.products.length === 0 ? (
              <EmptyState icon={<Box />} title={t("inventory.empty")} text={t("inventory.emptyText")} />
            ) : (
              <EmptyState icon={<PackageSearch />} title={t("inventory.noMatch")} text={view.total > view.products.length ? t("inventory.noMatchOfSome", { n: format.integer(view.products.length), total: format.integer(view.total) }) : t("inventory.noMatchText")} />
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
        cell: (row) => <span title={joined([row.label, row.detail])}>{row.label}</span>,
      },
      { id: "delta", header: t("inventory.movementsColumn.change"), width: "66px", align: "end", cell: (row) => <RowValue row={row} /> },
      { id: "new", header: t("inventory.movementsColumn.now"), width: "76px", align: "end", className: "num text-ink-2", cell: (row) => row.new !== null && format.quantity(row.new) },
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
