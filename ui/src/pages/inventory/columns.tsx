// The columns of the stock table.

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { StockRow } from "@/bindings/StockRow";
import { useFormat } from "@/format";
import { useFreshness, useSources } from "@/live";
import { Age, type Column, Delta, Figure, RowSource, SourceName, Sparkline, widestAge } from "@/parts";
import type { Choice } from "@/parts/selection";
import { Tick } from "@/parts/tick";
import { useSettings } from "@/settings";
import { joined } from "@/text";
import { HoursLeft, None, OnHand, pace, State, Threshold } from "./cells";
import { codeOf, stockState } from "./order";
import { whose } from "./thresholds/thresholds";

/** An icon before a word. */
const ICON = 20;

export function useStockColumns({ chosen, all, mark, markAll }: Pick<Choice, "chosen" | "all" | "mark" | "markAll">): readonly Column<StockRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const sources = useSources();
  const fresh = useFreshness();
  const { settings } = useSettings();
  return useMemo(() => {
    const names = (row: StockRow) => (
      <>
        <RowSource source={sources.several ? sources.of(row.source) : null} />
        {row.name}
      </>
    );
    const title = (row: StockRow) => joined([row.name, codeOf(row), row.warehouse]);
    const product = { header: t("inventory.column.product"), width: "minmax(216px, 2fr)" };
    const columns: Column<StockRow>[] = [
      {
        id: "select",
        header: <Tick label={t("inventory.selectAll")} checked={all} mixed={!all && chosen.size > 0} onChange={markAll} />,
        width: "38px",
        className: "!pr-0",
        cell: (row) => <Tick label={t("inventory.select", { name: row.name })} checked={chosen.has(row.key)} onChange={(range) => mark(row.key, range)} />,
      },
      {
        id: "state",
        header: t("inventory.column.state"),
        beside: ICON,
        holds: (row) => {
          const state = stockState(row);
          return state === "fine" ? null : t(`inventory.state.${state}`);
        },
        cell: (row) => <State row={row} />,
      },
      { ...product, id: "product", along: "code", cell: (row) => <span title={title(row)}>{names(row)}</span> },
      {
        ...product,
        id: "product-code",
        instead: "code",
        cell: (row) => (
          // The name gives way to the code, which is what people ask for.
          <span title={title(row)} className="flex">
            <span className="truncate">{names(row)}</span>
            {codeOf(row) !== row.name && <span className="flex-none whitespace-pre text-ink-3"> · {codeOf(row)}</span>}
          </span>
        ),
      },
      { id: "code", header: t("inventory.column.code"), holds: codeOf, spare: 7, className: "text-ink-2", cell: (row) => codeOf(row) },
      { id: "warehouse", header: t("inventory.column.warehouse"), width: "minmax(112px, 1fr)", spare: 1, className: "text-ink-2", cell: (row) => (row.warehouse === null ? <None /> : <span title={row.warehouse}>{row.warehouse}</span>) },
      {
        id: "onHand",
        header: t("inventory.column.onHand"),
        align: "end",
        holds: (row) => (row.per_batch ? t("inventory.perBatch") : row.on_hand === null ? null : format.number(row.on_hand)),
        cell: (row) => <OnHand row={row} />,
      },
      {
        id: "today",
        header: t("inventory.column.today"),
        align: "end",
        spare: 3,
        holds: (row) => format.change(row.change_today),
        cell: (row) => (row.change_today === 0 ? <span className="num text-ink-3">0</span> : <Figure aged={fresh.of(row.source)}><Delta change={row.change_today} /></Figure>),
      },
      {
        id: "rate",
        header: t("inventory.column.rate"),
        align: "end",
        spare: 5,
        className: "text-ink-2",
        holds: (row) => format.number(pace(row.out_per_hour)),
        cell: (row) => (row.out_per_hour === 0 ? <None title={t("inventory.still")} /> : <Figure aged={fresh.of(row.source)}>{format.number(pace(row.out_per_hour))}</Figure>),
      },
      { id: "hours", header: t("inventory.column.hours"), align: "end", holds: (row) => (row.hours_left === null ? null : format.left(row.hours_left * 3_600_000)), cell: (row) => <HoursLeft row={row} /> },
      {
        id: "threshold",
        header: t("inventory.column.threshold"),
        align: "end",
        beside: 12,
        className: "!overflow-visible",
        // The mark of a warehouse takes no more than this word.
        holds: (row) => `${whose(row, settings) === "default" ? "" : `${t("inventory.own")} `}${format.number(row.threshold)}`,
        cell: (row) => <Threshold row={row} />,
      },
      { id: "mover", header: t("inventory.column.mover"), width: "minmax(100px, 1fr)", spare: 2, className: "text-ink-2", cell: (row) => (row.last_mover === null ? <None /> : <span title={row.last_mover}>{row.last_mover}</span>) },
      { id: "change", header: t("inventory.column.change"), align: "end", spare: 6, holds: (row) => format.change(row.last_change), cell: (row) => <Figure aged={fresh.of(row.source)}><Delta change={row.last_change} /></Figure> },
      { id: "age", header: t("inventory.column.age"), align: "end", spare: 2, holds: () => widestAge(format), cell: (row, above) => <Age at={row.last_at} above={above?.last_at ?? null} /> },
      { id: "spark", header: <span className="sr-only">{t("inventory.column.spark")}</span>, width: "minmax(72px, 2fr)", spare: 4, cell: (row) => <Sparkline values={row.spark} colour={row.low ? "var(--warn)" : "var(--d-inventory)"} className="h-[18px] w-full align-middle" /> },
    ];
    if (sources.several) columns.push({ id: "source", header: t("inventory.column.source"), width: "minmax(96px, 1fr)", spare: 8, className: "text-ink-2", cell: (row) => <SourceName id={row.source} /> });
    return columns;
  }, [t, format, sources, fresh, settings, chosen, all, mark, markAll]);
}
