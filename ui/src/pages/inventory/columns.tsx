// The columns of the stock table.

import { Hourglass, OctagonAlert, TriangleAlert } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { StockRow } from "@/bindings/StockRow";
import { useFormat } from "@/format";
import { useFreshness, useSources } from "@/live";
import { Age, type Column, cx, Delta, Figure, RowSource, Sparkline } from "@/parts";
import { useChangeMark } from "@/parts/arrival";
import { ValueEdit } from "@/parts/value-edit";
import { useSettings } from "@/settings";
import { joined } from "@/text";
import { lasts, stockState, type StockState } from "./order";

/** Stock that lasts for less than this deserves a colour, hours. */
const SHORT = 1;

export function useStockColumns(): readonly Column<StockRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const sources = useSources();
  const fresh = useFreshness();
  return useMemo(
    () => [
      { id: "state", header: t("inventory.column.state"), width: "110px", cell: (row) => <State row={row} /> },
      {
        id: "product",
        header: t("inventory.column.product"),
        width: "minmax(170px, 1fr)",
        cell: (row) => (
          <span title={joined([row.name, row.product_id, row.warehouse])}>
            <RowSource source={sources.several ? sources.of(row.source) : null} />
            {row.name}
            {row.name !== row.product_id && <span className="text-ink-3"> · {row.product_id}</span>}
          </span>
        ),
      },
      { id: "warehouse", header: t("inventory.column.warehouse"), width: "108px", from: 960, className: "text-ink-2", cell: (row) => row.warehouse ?? <None /> },
      {
        id: "onHand",
        header: t("inventory.column.onHand"),
        width: "68px",
        align: "end",
        cell: (row) =>
          row.per_batch ? (
            <span className="text-ink-3" title={t("inventory.perBatchHint", { levels: row.batches.map((level) => format.number(level)).join(", ") })}>
              {t("inventory.perBatch")}
            </span>
          ) : row.on_hand === null ? (
            <span className="text-ink-3" title={t("inventory.unknown")}>
              ?
            </span>
          ) : (
            <Figure aged={fresh.of(row.source)} className={cx("num font-[580]", row.low && (row.on_hand <= 0 ? "text-crit" : "text-warn"))}>
              {format.number(row.on_hand)}
            </Figure>
          ),
      },
      { id: "today", header: t("inventory.column.today"), width: "62px", align: "end", cell: (row) => (row.change_today === 0 ? <span className="num text-ink-3">0</span> : <Figure aged={fresh.of(row.source)}><Delta change={row.change_today} /></Figure>) },
      { id: "rate", header: t("inventory.column.rate"), width: "66px", align: "end", from: 720, className: "num text-ink-2", cell: (row) => (row.out_per_hour === 0 ? <None title={t("inventory.still")} /> : <Figure aged={fresh.of(row.source)}>{format.number(row.out_per_hour >= 100 ? Math.round(row.out_per_hour) : Math.round(row.out_per_hour * 10) / 10)}</Figure>) },
      {
        id: "hours",
        header: t("inventory.column.hours"),
        width: "88px",
        align: "end",
        className: "num",
        cell: (row) =>
          row.hours_left === null || row.hours_left <= 0 ? (
            <None title={row.on_hand === null ? t("inventory.unknown") : row.on_hand <= 0 ? t("inventory.state.out") : t("inventory.still")} />
          ) : (
            <Figure aged={fresh.of(row.source)}>
              <span className={row.hours_left < SHORT ? "text-warn" : "text-ink-2"} title={fresh.of(row.source) === null ? format.duration(row.hours_left * 3_600_000) : undefined}>
                {format.age(row.hours_left * 3_600_000)}
              </span>
            </Figure>
          ),
      },
      { id: "threshold", header: t("inventory.column.threshold"), width: "92px", align: "end", className: "!overflow-visible", cell: (row) => <Threshold row={row} /> },
      { id: "mover", header: t("inventory.column.mover"), width: "88px", from: 900, className: "text-ink-2", cell: (row) => row.last_mover ?? <None /> },
      { id: "age", header: t("inventory.column.age"), width: "72px", align: "end", from: 620, cell: (row, above) => <Age at={row.last_at} above={above?.last_at ?? null} /> },
      { id: "spark", header: <span className="sr-only">{t("inventory.column.spark")}</span>, width: "84px", from: 660, cell: (row) => <Sparkline values={row.spark} colour={row.low ? "var(--warn)" : "var(--d-inventory)"} className="h-[18px] w-full align-middle" /> },
    ],
    [t, format, sources, fresh],
  );
}

function None({ title }: { title?: string }) {
  return (
    <span className="text-ink-3" title={title}>
      —
    </span>
  );
}

function State({ row }: { row: StockRow }) {
  const { t } = useTranslation();
  const state = stockState(row);
  return (
    <>
      <Moved seq={row.last_seq} />
      {state !== "fine" && (
        <Mark tone={tone(state, row)} icon={ICONS[state]}>
          {t(`inventory.state.${state}`)}
        </Mark>
      )}
    </>
  );
}

/** Amber for what is short now; that something will be short before the shift ends is said in plain ink. */
function tone(state: StockState, row: StockRow): string {
  if (state === "out") return "text-crit";
  return state === "low" || !lasts(row, SHORT) ? "text-warn" : "text-ink-2";
}

const ICONS: Record<Exclude<StockState, "fine">, ReactNode> = { out: <OctagonAlert aria-hidden />, low: <TriangleAlert aria-hidden />, soon: <Hourglass aria-hidden /> };

function Mark({ tone, icon, children }: { tone: string; icon: ReactNode; children: ReactNode }) {
  return <span className={cx("inline-flex items-center gap-1.5 align-middle [&_svg]:size-3.5", tone)}>{icon}{children}</span>;
}

/** A bar at the row's edge when its product moved while on screen; a row that is scrolled into view has not moved. */
function Moved({ seq }: { seq: number }) {
  return useChangeMark(seq) && <i aria-hidden className="arrived pointer-events-none absolute inset-0" />;
}

function Threshold({ row }: { row: StockRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { settings, save } = useSettings();
  return (
    <span className="flex items-center justify-end gap-1" title={row.threshold_own ? t("inventory.ownHint", { n: format.number(settings.low_stock_threshold) }) : t("inventory.defaultHint")}>
      <ValueEdit
        label={t("inventory.thresholdOf", { name: row.name })}
        value={String(row.threshold)}
        placeholder={String(settings.low_stock_threshold)}
        allowEmpty
        className={row.threshold_own ? "text-ink" : "text-ink-3"}
        shown={
          <>
            {row.threshold_own && <span className="mr-1 rounded-sm bg-raised px-1 text-[11px] text-ink-2">{t("inventory.own")}</span>}
            {format.number(row.threshold)}
          </>
        }
        onSave={(text) => save({ product_thresholds: { [row.product_id]: text === null ? null : Number(text) } })}
      />
    </span>
  );
}
