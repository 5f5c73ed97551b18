// Finance: today's sums, their course over the day and the fortnight, the records, and what is overdue. Amounts are exact text throughout.

import { CircleCheck, CircleDollarSign, OctagonAlert, SearchX, TrendingUp, TriangleAlert } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FinanceRow } from "@/bindings/FinanceRow";
import type { FinanceView } from "@/bindings/FinanceView";
import { useFormat, useNow } from "@/format";
import { openEvent } from "@/frame/selection";
import { Age, type Column, cx, EmptyState, Money, SectionHeader, Tile, VirtualRows } from "@/parts";
import { matchesWords, SearchField } from "@/parts/search";
import { ViewGate } from "@/parts/view-gate";
import { useWord } from "@/text";
import type { Series } from "./bars";
import { Bars } from "./bars-chart";

const HOURS: readonly Series[] = [
  { id: "received", down: false },
  { id: "refunded", down: true },
];
const DAYS: readonly Series[] = [
  { id: "received", down: false },
  { id: "paidOut", down: true },
  { id: "refunded", down: true },
];

export function Finance() {
  return <ViewGate name="finance">{(view) => <Books view={view} />}</ViewGate>;
}

const recordKey = (row: FinanceRow) => `${row.record_type}/${row.record_id}/${row.action}`;

function Books({ view }: { view: FinanceView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const hours = useMemo(() => view.hours.map((hour) => ({ key: String(hour.hour), amounts: [hour.received, hour.refunded] })), [view.hours]);
  const days = useMemo(() => view.days.map((day) => ({ key: day.day, amounts: [day.received, day.paid_out, day.refunded] })), [view.days]);
  const clock = useNow();
  const hour = String(new Date(clock).getHours());
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <Sums view={view} />
      <div className="grid flex-none grid-cols-1 border-b border-line @min-[820px]:grid-cols-2">
        <Bars title={t("finance.hours")} summary={(most) => t("finance.hoursSummary", { most })} columns={hours} series={HOURS} now={hour} every={3} label={(key) => key.padStart(2, "0")} name={(key) => t("finance.hoursAt", { hour: key.padStart(2, "0") })} />
        <Bars title={t("finance.days")} summary={(most) => t("finance.daysSummary", { most })} columns={days} series={DAYS} now={view.day} every={2} label={(key) => `${Number(key.slice(5, 7))}/${Number(key.slice(8))}`} name={format.day} className="border-line @max-[819px]:hidden @min-[820px]:border-l" />
      </div>
      <div className="flex min-h-0 flex-1">
        <Records view={view} />
        <Overdue view={view} />
      </div>
    </div>
  );
}

/** Long enough for the exact amount to be too wide for its tile. */
const LONG = 16;

function Sums({ view }: { view: FinanceView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const before = view.days.at(-2);
  const money = (amount: string) => (format.money(amount).length > LONG ? <span title={format.money(amount)}>{format.moneyShort(amount)}</span> : format.money(amount));
  const count = (n: number) => t("finance.count", { count: n, n: format.integer(n) });
  const note = (n: number, yesterday: string | undefined) => [count(n), yesterday === undefined || Number(yesterday) === 0 ? null : t("finance.yesterday", { amount: format.moneyShort(yesterday) })].filter(Boolean).join(" · ");
  return (
    <div className="grid flex-none grid-cols-4 border-b border-line bg-panel [--tile-figure:20px] *:border-r [&>*:last-child]:border-r-0 @min-[1000px]:[--tile-figure:23px]">
      <Tile label={t("finance.received")} value={money(view.today.received)} note={note(view.today.received_count, before?.received)} colour="var(--d-finance)" spark={view.hours.map((hour) => Number(hour.received))} />
      <Tile label={t("finance.paidOut")} value={money(view.today.paid_out)} note={note(view.today.paid_out_count, before?.paid_out)} colour="var(--info)" />
      <Tile label={t("finance.refunded")} value={money(view.today.refunded)} note={note(view.today.refunded_count, before?.refunded)} colour="var(--warn)" spark={view.hours.map((hour) => Number(hour.refunded))} />
      <Tile
        label={t("finance.overdue")}
        value={<span className={view.overdue_records.length > 0 ? "text-warn" : undefined}>{money(view.overdue)}</span>}
        note={view.overdue_records.length > 0 ? count(view.overdue_records.length) : t("finance.overdueNone")}
        tone={view.overdue_records.length > 0 ? "warn" : undefined}
        colour="var(--warn)"
      />
    </div>
  );
}

function Records({ view }: { view: FinanceView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const [text, setText] = useState("");
  const rows = useMemo(() => view.records.filter((row) => matchesWords(text, [row.number, row.party])), [view.records, text]);
  const columns = useMemo<readonly Column<FinanceRow>[]>(
    () => [
      { id: "at", header: t("finance.column.at"), width: "86px", className: "num text-ink-3", cell: (row) => format.time(row.at) },
      { id: "type", header: t("finance.column.type"), width: "96px", cell: (row) => <TypeMark row={row}>{word("recordType", row.record_type)}</TypeMark> },
      { id: "number", header: t("finance.column.number"), width: "minmax(170px, 0.7fr)", className: "num", cell: (row) => <span title={row.number}>{row.number}</span> },
      { id: "party", header: t("finance.column.party"), width: "minmax(96px, 1.2fr)", className: "text-ink-2", cell: (row) => row.party !== null && <span title={row.party}>{row.party}</span> },
      { id: "action", header: t("finance.column.action"), width: "88px", from: 780, cell: (row) => <Action row={row}>{word("action", row.action)}</Action> },
      {
        id: "large",
        header: <span className="sr-only">{t("finance.large")}</span>,
        width: "68px",
        cell: (row) =>
          row.large && (
            <span className="inline-flex items-center gap-1 rounded-sm bg-info-soft px-1.5 align-middle text-[12px] leading-[18px] font-[540] text-info">
              <TrendingUp aria-hidden className="size-3" />
              {t("finance.large")}
            </span>
          ),
      },
      { id: "amount", header: t("finance.column.amount"), width: "136px", align: "end", cell: (row) => <Amount row={row} /> },
    ],
    [t, format, word],
  );
  return (
    <section aria-label={t("finance.records")} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <SectionHeader
        className="border-b border-line"
        title={t("finance.records")}
        note={t("finance.recordsNote", { n: format.integer(rows.length), amount: format.moneyShort(view.large_from) })}
        right={<SearchField label={t("finance.search")} value={text} onChange={setText} className="w-[clamp(130px,18vw,220px)]" />}
      />
      <VirtualRows
        label={t("finance.records")}
        rows={rows}
        rowKey={recordKey}
        columns={columns}
        primary
        onOpen={(row) => openEvent(row.seq)}
        empty={
          view.records.length === 0 ? (
            <EmptyState icon={<CircleDollarSign />} title={t("finance.recordsEmpty")} text={t("finance.recordsEmptyText")} />
          ) : (
            <EmptyState icon={<SearchX />} title={t("finance.noMatch")} text={t("finance.noMatchText")} />
          )
        }
      />
    </section>
  );
}

const TYPE_COLOURS: Record<string, string> = { payment: "var(--d-finance)", paymentOut: "var(--info)", refund: "var(--warn)" };

function TypeMark({ row, children }: { row: FinanceRow; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-[7px] align-middle">
      <i aria-hidden className="h-3.5 w-[3px] rounded-[2px]" style={{ background: TYPE_COLOURS[row.record_type] ?? "var(--d-other)" }} />
      {children}
    </span>
  );
}

function Action({ row, children }: { row: FinanceRow; children: ReactNode }) {
  const overdue = row.action === "overdue";
  return (
    <span className={cx("inline-flex items-center gap-1.5 align-middle", overdue ? "text-warn" : row.action === "confirmed" ? "text-ink" : "text-ink-3")}>
      {overdue && <TriangleAlert aria-hidden className="size-3.5" />}
      {children}
    </span>
  );
}

/** Money that moved has a sign; money that is only spoken of (registered, cancelled, overdue) has none. */
function Amount({ row }: { row: FinanceRow }) {
  const format = useFormat();
  const out = row.record_type !== "payment";
  const moved = row.action === "confirmed";
  const text = moved ? format.moneyChange(out ? `-${row.amount.replace(/^-/, "")}` : row.amount) : format.money(row.amount);
  const tone = !moved ? (row.action === "cancelled" ? "text-ink-3 line-through" : "text-ink-2") : row.record_type === "refund" ? "text-warn" : out ? "text-ink" : "text-good";
  return <span className={cx("num", tone, row.large && "font-[600]")}>{text}</span>;
}

function Overdue({ view }: { view: FinanceView }) {
  const { t } = useTranslation();
  return (
    <aside aria-label={t("finance.overdueList")} className="flex w-[clamp(240px,26%,340px)] flex-none flex-col border-l border-line">
      <SectionHeader className="border-b border-line" title={t("finance.overdueList")} note={t("finance.overdueListNote")} />
      {view.overdue_records.length === 0 ? (
        <EmptyState icon={<CircleCheck />} title={t("finance.overdueEmpty")} text={t("finance.overdueEmptyText")} />
      ) : (
        <ul className="min-h-0 flex-1 overflow-y-auto">
          {view.overdue_records.map((row) => (
            <li key={recordKey(row)}>
              <button type="button" data-inset-focus onClick={() => openEvent(row.seq)} className="grid w-full grid-cols-[16px_1fr_auto] items-center gap-x-2 border-b border-line/55 px-4 py-2 text-left hover:bg-raised">
                {row.large ? <OctagonAlert aria-label={t("finance.large")} className="size-3.5 text-crit" /> : <TriangleAlert aria-hidden className="size-3.5 text-warn" />}
                <span className="truncate font-[540]" title={row.party ?? undefined}>
                  {row.party ?? row.number}
                </span>
                <Money amount={row.amount} className={cx("font-[580]", row.large ? "text-crit" : "text-warn")} />
                {/* Not in the columns above: a wide amount would cut the number. */}
                <span className="col-start-2 col-end-4 flex items-baseline gap-2 text-[12px] text-ink-3">
                  <span className="num min-w-0 flex-1 truncate">
                    {row.number}
                    {row.large && ` · ${t("finance.large")}`}
                  </span>
                  <Age at={row.at} className="flex-none" />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </aside>
  );
}
