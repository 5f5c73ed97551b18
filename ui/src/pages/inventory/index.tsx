// Inventory: a row per product, the low ones on top, and the movements beside it.

import { Box, PackageSearch, TriangleAlert } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { InventoryView } from "@/bindings/InventoryView";
import type { StockRow } from "@/bindings/StockRow";
import { matchesWords, written } from "@/filter";
import { useFormat } from "@/format";
import { useKeys } from "@/keys";
import { useFreshness } from "@/live";
import { Button, cx, EmptyState, SectionHeader, useAgedNote, VirtualRows } from "@/parts";
import { SearchField, usePhraseItems } from "@/parts/search";
import { useChoice } from "@/parts/selection";
import { ViewGate } from "@/parts/view-gate";
import { go, useFindText } from "@/route";
import { openEvent } from "@/route/selection";
import { BulkBar, ThresholdDialog } from "./bulk";
import { useStockColumns } from "./columns";
import { Movements } from "./movements";
import { lasts, steadyOrder, warehouses } from "./order";
import { SheetMenu } from "./thresholds/menu";

/** Products that run out within so many hours can be looked at by themselves. */
const WITHIN = [4, 24] as const;

export default function Inventory() {
  return <ViewGate name="inventory">{(view) => <Stock view={view} />}</ViewGate>;
}

const productKey = (row: StockRow) => row.key;

function Stock({ view }: { view: InventoryView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const fresh = useFreshness();
  const aged = useAgedNote();
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
  const choice = useChoice(useMemo(() => rows.map(productKey), [rows]));
  const { chosen, mark, markAll, clear } = choice;
  const columns = useStockColumns(choice);
  const [cursor, setCursor] = useState<string | null>(null);
  const [asking, setAsking] = useState<readonly StockRow[] | null>(null);
  // What is meant: the chosen ones, else the row under the cursor.
  const meant = () => rows.filter((row) => (chosen.size > 0 ? chosen.has(row.key) : row.key === cursor));
  const ask = () => (meant().length === 0 ? false : setAsking(meant()));
  const extending = useRef(false);
  const extend = (event: KeyboardEvent) => {
    extending.current = event.shiftKey;
    if (event.shiftKey && cursor !== null && !chosen.has(cursor)) mark(cursor, false);
    return false;
  };
  useKeys({ t: ask, x: () => (cursor === null ? false : mark(cursor, false)), Escape: () => (chosen.size === 0 ? false : clear()), "Ctrl+a": markAll, j: extend, k: extend, ArrowDown: extend, ArrowUp: extend });

  return (
    <div className={cx("@container flex min-h-0 flex-1", movements.length === 0 && "flex-col")}>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        {chosen.size > 0 ? (
          <BulkBar rows={meant()} onAsk={ask} onClear={clear} />
        ) : (
          <SectionHeader
            className="border-b border-line"
            title={t("inventory.title")}
            note={[
              view.low > 0 ? (
                <span key="low" className="text-warn">
                  {t("inventory.low", { n: format.integer(view.low) })}
                </span>
              ) : (
                t("inventory.none")
              ),
              t("inventory.note", { n: format.integer(view.total) }),
              ...aged(fresh, view.products.map((row) => row.source)),
              view.forgotten > 0 && (
                <span key="forgotten" className="text-warn">
                  {t("inventory.forgotten", { n: format.integer(view.forgotten) })}
                </span>
              ),
            ]}
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
                <SheetMenu products={view.products} />
                <SearchField label={t("inventory.search")} value={text} onChange={setText} className="w-[clamp(120px,14vw,240px)]" />
              </>
            }
          />
        )}
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
          selected={cursor}
          onSelect={(row) => {
            setCursor(row.key);
            if (extending.current) mark(row.key, true);
            extending.current = false;
          }}
          onMark={(row, range) => mark(row.key, range)}
          onMarkAll={markAll}
          rowClass={(row) => cx("isolate", chosen.has(row.key) ? "bg-accent-soft/50" : row.low && "bg-warn-soft/45")}
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
      {asking !== null && (
        <ThresholdDialog
          rows={asking}
          onClose={() => setAsking(null)}
          onDone={() => {
            setAsking(null);
            clear();
          }}
        />
      )}
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
