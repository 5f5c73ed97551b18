// What stands in the cells of the stock table.

import { Hourglass, OctagonAlert, TriangleAlert, Warehouse } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { StockRow } from "@/bindings/StockRow";
import { useFormat } from "@/format";
import { useFreshness } from "@/live";
import { cx, Figure } from "@/parts";
import { useChangeMark } from "@/parts/arrival";
import { ValueEdit } from "@/parts/value-edit";
import { useSettings } from "@/settings";
import { lasts, stockState, type StockState } from "./order";
import { fallback, thresholds, whose } from "./thresholds/thresholds";

/** Stock that lasts for less than this deserves a colour, hours. */
const SHORT = 1;
const HOUR = 3_600_000;

export function None({ title }: { title?: string }) {
  return (
    <span className="text-ink-3" title={title}>
      —
    </span>
  );
}

export function State({ row }: { row: StockRow }) {
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

export function OnHand({ row }: { row: StockRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const fresh = useFreshness();
  if (row.per_batch) {
    return (
      <span className="text-ink-3" title={t("inventory.perBatchHint", { levels: row.batches.map((level) => format.number(level)).join(", ") })}>
        {t("inventory.perBatch")}
      </span>
    );
  }
  if (row.on_hand === null) {
    return (
      <span className="text-ink-3" title={t("inventory.unknown")}>
        ?
      </span>
    );
  }
  return (
    <Figure aged={fresh.of(row.source)} className={cx("num font-[580]", row.low && (row.on_hand <= 0 ? "text-crit" : "text-warn"))}>
      {format.number(row.on_hand)}
    </Figure>
  );
}

export function HoursLeft({ row }: { row: StockRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const aged = useFreshness().of(row.source);
  if (row.hours_left === null || row.hours_left <= 0) return <None title={row.on_hand === null ? t("inventory.unknown") : row.on_hand <= 0 ? t("inventory.state.out") : t("inventory.still")} />;
  const ms = row.hours_left * HOUR;
  return (
    <Figure aged={aged}>
      <span className={row.hours_left < SHORT ? "text-warn" : "text-ink-2"} title={aged === null ? format.duration(ms) : undefined}>
        {format.left(ms)}
      </span>
    </Figure>
  );
}

/** What leaves in an hour, in few figures. */
export function pace(perHour: number): number {
  return perHour >= 100 ? Math.round(perHour) : Math.round(perHour * 10) / 10;
}

/** Its own threshold is written plainly, one that it shares lightly; whose it is stands before it where it is not the one for all. */
export function Threshold({ row }: { row: StockRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { settings, save } = useSettings();
  const applies = whose(row, settings);
  const other = fallback(row, settings);
  const place = row.warehouse ?? "";
  const hint = {
    own: () => t(`inventory.ownHint.${other.whose}`, { n: format.number(other.n), place }),
    warehouse: () => t("inventory.warehouseHint", { place }),
    default: () => t("inventory.defaultHint"),
  };
  return (
    <span className="flex items-center justify-end gap-1" title={hint[applies]()}>
      {applies === "own" && <span className="rounded-sm bg-raised px-1 text-[11px] text-ink-2">{t("inventory.own")}</span>}
      {applies === "warehouse" && <Warehouse role="img" aria-label={t("inventory.column.warehouse")} className="size-3.5 flex-none text-ink-3" />}
      <ValueEdit
        label={t("inventory.thresholdOf", { name: row.name })}
        value={String(row.threshold)}
        placeholder={String(other.n)}
        allowEmpty
        className={applies === "own" ? "text-ink" : "text-ink-3"}
        shown={format.number(row.threshold)}
        onSave={(text) => save(thresholds([row], text === null ? null : Number(text), settings.product_thresholds).patch)}
      />
    </span>
  );
}
