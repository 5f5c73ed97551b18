// Finance: today's sums, their course over the day and the fortnight, the records, and what is overdue. Amounts are exact text throughout.

import { CircleCheck, CircleDollarSign, OctagonAlert, SearchX, TrendingUp, TriangleAlert } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FinanceRow } from "@/bindings/FinanceRow";
import type { FinanceView } from "@/bindings/FinanceView";
import type { MoneySum } from "@/bindings/MoneySum";
import { everyWord, matchesWords, written } from "@/filter";
import { amountIn, ordered, purse, purses, records, useClock, useFormat } from "@/format";
import { useFreshness, useSources } from "@/live";
import { Age, Button, codeIn, type Column, cx, EmptyState, Figure, Line, MainSum, Money, Moved, movedText, RowSource, SectionHeader, SideLine, SourceName, Tile, Unread, useAgedNote, useOtherSums, useTileAge, VirtualRows, widestAge } from "@/parts";
import { SearchField, usePhraseItems } from "@/parts/search";
import { ViewGate } from "@/parts/view-gate";
import { go, useFindText } from "@/route";
import { openEvent } from "@/route/selection";
import { joined, moneyStep, useWord } from "@/text";
import type { Series } from "./bars";
import { Bars } from "./bars-chart";
import { hourAt, zoneName } from "./zone";

const HOURS: readonly Series[] = [
  { id: "received", down: false },
  { id: "refunded", down: true },
];
const DAYS: readonly Series[] = [
  { id: "received", down: false },
  { id: "paidOut", down: true },
  { id: "refunded", down: true },
];

export default function Finance() {
  return <ViewGate name="finance">{(view) => <Books view={view} />}</ViewGate>;
}

const recordKey = (row: FinanceRow) => row.key;

function Books({ view }: { view: FinanceView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sources = useSources();
  // Bars of two currencies cannot stand on one scale: one is drawn, and the others can be chosen.
  const all = useMemo(() => purses([...view.days, view.today].flatMap((day) => [day.received_sums, day.recorded_sums, day.paid_out_sums, day.paid_out_recorded_sums, day.refunded_sums, day.refunds_recorded_sums])), [view.days, view.today]);
  const [wanted, setWanted] = useState<string | null>(null);
  const drawn = all.find((sum) => purse(sum) === wanted) ?? all[0];
  const key = drawn === undefined ? undefined : purse(drawn);
  const name = (sum: Pick<MoneySum, "currency" | "source">) => sum.currency ?? joined([t("finance.noCurrency"), sum.source !== null && sources.several ? sources.of(sum.source)?.name : undefined]);
  const hours = useMemo(() => {
    const confirmed = view.hours.some((hour) => hour.received.length > 0 || hour.refunded.length > 0);
    return view.hours.map((hour) => ({ key: String(hour.hour), amounts: (confirmed ? [hour.received, hour.refunded] : [hour.recorded, hour.refunds_recorded]).map((sums) => amountIn(sums, key)) }));
  }, [view.hours, key]);
  const days = useMemo(() => {
    const confirmed = view.days.some((day) => day.received_count + day.paid_out_count + day.refunded_count > 0);
    return view.days.map((day) => ({ key: day.day, amounts: (confirmed ? [day.received_sums, day.paid_out_sums, day.refunded_sums] : [day.recorded_sums, day.paid_out_recorded_sums, day.refunds_recorded_sums]).map((sums) => amountIn(sums, key)) }));
  }, [view.days, key]);
  // By the core's clock on the wall, as the columns are: where the window is in another zone, the title says which one.
  const ahead = view.ahead_ms;
  const own = useClock((now) => -new Date(now).getTimezoneOffset() * 60_000);
  const hour = useClock((now) => String(hourAt(now, ahead)));
  const currency = drawn?.currency ?? null;
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <Sums view={view} />
      {all.length > 1 && (
        <div role="group" aria-label={t("finance.currency")} className="flex flex-none flex-wrap items-center gap-1.5 border-b border-line px-4 py-1.5">
          <span className="mr-1 text-ink-3">{t("finance.currency")}</span>
          {all.map((sum) => (
            <Button key={purse(sum)} look={purse(sum) === key ? "primary" : "plain"} aria-pressed={purse(sum) === key} onClick={() => setWanted(purse(sum))}>
              {name(sum)}
            </Button>
          ))}
        </div>
      )}
      <div className="grid flex-none grid-cols-1 border-b border-line @min-[820px]:grid-cols-2">
        <Bars title={ahead === own ? t("finance.hours") : `${t("finance.hours")} · ${zoneName(ahead)}`} currency={currency} summary={(most) => t("finance.hoursSummary", { most })} columns={hours} series={HOURS} now={hour} every={3} label={(each) => each.padStart(2, "0")} name={(each) => t("finance.hoursAt", { hour: each.padStart(2, "0") })} />
        <Bars title={t("finance.days")} currency={currency} summary={(most) => t("finance.daysSummary", { most })} columns={days} series={DAYS} now={view.day} every={2} label={(each) => `${Number(each.slice(5, 7))}/${Number(each.slice(8))}`} name={format.day} className="border-line @max-[819px]:hidden @min-[820px]:border-l" />
      </div>
      <div className={cx("flex min-h-0 flex-1", view.overdue_records.length === 0 && "flex-col")}>
        <Records view={view} />
        <Overdue view={view} />
      </div>
    </div>
  );
}

function Sums({ view }: { view: FinanceView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const others = useOtherSums();
  const age = useTileAge(useFreshness());
  const { today } = view;
  const before = view.days.at(-2);
  const count = (n: number) => t("finance.count", { count: n, n: format.integer(n) });
  /** What was confirmed; where nothing was, what was recorded, and the label says so. */
  const tile = (confirmed: readonly MoneySum[], recorded: readonly MoneySum[], yesterday: readonly MoneySum[] | undefined, label: string, recordedLabel: string) => {
    const only = records(confirmed) === 0 && records(recorded) > 0;
    const sums = only ? recorded : confirmed;
    const main = ordered(sums)[0];
    const then = only || main === undefined ? undefined : yesterday?.find((sum) => purse(sum) === purse(main));
    const note = [count(records(sums)), ...others(sums), then === undefined ? null : t("finance.yesterday", { amount: format.moneyShort(then.amount, then.currency) })];
    return { label: only ? recordedLabel : label, value: <MainSum sums={sums} />, note };
  };
  const shape = (of: (hour: FinanceView["hours"][number]) => readonly MoneySum[]) => {
    const main = purses(view.hours.map(of))[0];
    return view.hours.map((hour) => Number(amountIn(of(hour), main === undefined ? undefined : purse(main))));
  };
  return (
    <div className="grid flex-none grid-cols-4 border-b border-line bg-panel [--tile-figure:20px] *:border-r [&>*:last-child]:border-r-0 @min-[1000px]:[--tile-figure:23px]">
      <Tile age={age} {...tile(today.received_sums, today.recorded_sums, before?.received_sums, t("finance.received"), t("finance.recorded"))} colour="var(--d-finance)" spark={shape((hour) => (today.received_count > 0 ? hour.received : hour.recorded))} />
      <Tile age={age} {...tile(today.paid_out_sums, today.paid_out_recorded_sums, before?.paid_out_sums, t("finance.paidOut"), t("finance.paidOutRecorded"))} colour="var(--info)" />
      <Tile age={age} {...tile(today.refunded_sums, today.refunds_recorded_sums, before?.refunded_sums, t("finance.refunded"), t("finance.refundsRecorded"))} colour="var(--warn)" spark={shape((hour) => (today.refunded_count > 0 ? hour.refunded : hour.refunds_recorded))} />
      <Tile
        label={t("finance.overdue")}
        value={
          <span className={cx("flex min-w-0 flex-1", view.overdue_count > 0 && "text-warn")}>
            <MainSum sums={view.overdue_sums} />
          </span>
        }
        note={view.overdue_count > 0 ? [count(view.overdue_count), ...others(view.overdue_sums)] : t("finance.overdueNone")}
        tone={view.overdue_count > 0 ? "warn" : undefined}
        colour="var(--warn)"
        age={age}
      />
    </div>
  );
}

function Records({ view }: { view: FinanceView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const sources = useSources();
  const fresh = useFreshness();
  const aged = useAgedNote();
  const [text, setText] = useFindText();
  const phrases = usePhraseItems(text, setText);
  const rows = useMemo(() => view.records.filter((row) => matchesWords(text, [row.number, row.party, everyWord("recordType", row.record_type), everyWord("action", row.action)])), [view.records, text]);
  const columns = useMemo<readonly Column<FinanceRow>[]>(
    () => [
      { id: "at", header: t("finance.column.at"), className: "text-ink-3", holds: (row) => format.time(row.at), cell: (row) => format.time(row.at) },
      { id: "type", header: t("finance.column.type"), beside: 10, holds: (row) => word("recordType", row.record_type), cell: (row) => <TypeMark row={row}>{word("recordType", row.record_type)}</TypeMark> },
      {
        id: "number",
        header: t("finance.column.number"),
        holds: (row) => row.number,
        cell: (row) => (
          <span title={row.number}>
            <RowSource source={sources.several ? sources.of(row.source) : null} />
            {row.number}
          </span>
        ),
      },
      { id: "party", header: t("finance.column.party"), width: "minmax(96px, 1.2fr)", className: "text-ink-2", cell: (row) => row.party !== null && <span title={row.party}>{row.party}</span> },
      { id: "action", header: t("finance.column.action"), beside: 20, spare: 1, holds: (row) => word("action", row.action), cell: (row) => <Action row={row}>{word("action", row.action)}</Action> },
      {
        id: "large",
        header: <span className="sr-only">{t("finance.large")}</span>,
        spare: 2,
        beside: 28,
        holds: (row) => (row.large ? t("finance.large") : null),
        cell: (row) =>
          row.large && (
            <span className="inline-flex items-center gap-1 rounded-sm bg-info-soft px-1.5 align-middle text-[12px] leading-[18px] font-[540] text-info">
              <TrendingUp aria-hidden className="size-3" />
              {t("finance.large")}
            </span>
          ),
      },
      { id: "amount", header: t("finance.column.amount"), align: "end", holds: (row) => (row.amount === null ? row.unread : movedText(format, row.amount, row.currency, stepOf(row))), cell: (row) => <Figure aged={fresh.of(row.source)}><Amount row={row} /></Figure> },
      { id: "age", header: t("finance.column.age"), align: "end", spare: 4, holds: () => widestAge(format), cell: (row, above) => <Age at={row.at} above={above?.at ?? null} /> },
      ...(sources.several ? [{ id: "source", header: t("finance.column.source"), width: "minmax(96px, 0.6fr)", spare: 3, className: "text-ink-2", cell: (row: FinanceRow) => <SourceName id={row.source} /> }] : []),
      { id: "record", header: t("finance.column.record"), width: "minmax(110px, 0.7fr)", spare: 5, className: "font-mono text-[12px] text-ink-3", holds: (row) => (row.record_id === row.number ? null : codeIn(row.record_id)), cell: (row) => row.record_id !== row.number && <span title={row.record_id}>{row.record_id}</span> },
    ],
    [t, format, word, sources, fresh],
  );
  return (
    <section aria-label={t("finance.records")} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <SectionHeader
        className="border-b border-line"
        title={t("finance.records")}
        note={[t("finance.recordsNote", { n: format.integer(rows.length) }), ...aged(fresh, [...view.records, ...view.overdue_records].map((row) => row.source)), t("finance.largeFrom", { amount: format.moneyShort(view.large_from) })]}
        right={<SearchField label={t("finance.search")} value={text} onChange={setText} className="w-[clamp(130px,18vw,220px)]" />}
      />
      <VirtualRows
        label={t("finance.records")}
        rows={rows}
        rowKey={recordKey}
        columns={columns}
        primary
        menu={(row) => [...phrases(t("parts.menu.party"), row.party), { id: "events", label: t("parts.menu.events"), onSelect: () => go("events", { filter: written("subject", `record:${row.record_id}`) }) }]}
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
      <i aria-hidden className="tint h-3.5 w-[3px] rounded-[2px]" style={{ background: TYPE_COLOURS[row.record_type] ?? "var(--d-other)" }} />
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

/** A record has the step that its newest event told of. */
const stepOf = (row: FinanceRow) => moneyStep({ kind: "finance:change", action: row.action, record_type: row.record_type });


function Amount({ row }: { row: FinanceRow }) {
  if (row.amount === null) return row.unread === null ? <span className="text-ink-3">—</span> : <Unread text={row.unread} />;
  return <Moved amount={row.amount} currency={row.currency} step={stepOf(row)} className={row.large ? "font-[600]" : undefined} />;
}

function Overdue({ view }: { view: FinanceView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const fresh = useFreshness();
  if (view.overdue_records.length === 0) {
    return (
      <SideLine label={t("finance.overdueList")} icon={<CircleCheck aria-hidden />}>
        {t("finance.overdueEmpty")}
      </SideLine>
    );
  }
  return (
    <aside aria-label={t("finance.overdueList")} className="flex w-[clamp(240px,26%,340px)] flex-none flex-col border-l border-line @max-[720px]:hidden">
      <SectionHeader className="border-b border-line" title={t("finance.overdueList")} note={view.forgotten > 0 ? t("finance.forgotten", { n: format.integer(view.forgotten) }) : t("finance.overdueListNote")} />
      <ul className="min-h-0 flex-1 overflow-y-auto">
        {view.overdue_records.map((row) => (
          <li key={recordKey(row)}>
            <button type="button" data-inset-focus onClick={() => openEvent(row.seq)} className="grid w-full grid-cols-[16px_1fr_auto] items-center gap-x-2 border-b border-line/55 px-4 py-2 text-left hover:bg-raised">
              {row.large ? <OctagonAlert aria-label={t("finance.large")} className="size-3.5 text-crit" /> : <TriangleAlert aria-hidden className="size-3.5 text-warn" />}
              <span className="truncate font-[540]" title={row.party ?? undefined}>
                {row.party ?? row.number}
              </span>
              {row.amount === null ? row.unread !== null && <Unread text={row.unread} /> : (
                <Figure aged={fresh.of(row.source)}>
                  <Money amount={row.amount} currency={row.currency} className={cx("font-[580]", row.large ? "text-crit" : "text-warn")} />
                </Figure>
              )}
              {/* Not in the columns above: a wide amount would cut the number. */}
              <span className="col-start-2 col-end-4 flex items-baseline gap-2 text-[12px] text-ink-3">
                <Line parts={[row.number, row.large && t("finance.large")]} className="flex-1" />
                <Age at={row.at} className="flex-none" />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </aside>
  );
}
