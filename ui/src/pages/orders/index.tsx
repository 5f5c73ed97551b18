// Orders: the flow by state, and the list with the way each order took, stuck ones first.

import { ReceiptText, SearchX, TriangleAlert, X } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderRow } from "@/bindings/OrderRow";
import type { OrdersView } from "@/bindings/OrdersView";
import { everyWord, matchesWords, written } from "@/filter";
import { useClock, useFormat } from "@/format";
import { useKeys } from "@/keys";
import { useFreshness, useSources } from "@/live";
import { Age, Button, type Column, cx, EmptyState, Figure, heaviest, RowSource, SectionHeader, SourceName, useAgedNote, VirtualRows, widestAge } from "@/parts";
import { SearchField, usePhraseItems } from "@/parts/search";
import { ViewGate } from "@/parts/view-gate";
import { go, useFindText } from "@/route";
import { openEvent } from "@/route/selection";
import { useWord, type Word } from "@/text";
import { type Chosen, isChosen, steps } from "./flow";
import { Lanes } from "./lanes";

export default function Orders() {
  return <ViewGate name="orders">{(view) => <Board view={view} />}</ViewGate>;
}

const orderKey = (row: OrderRow) => row.key;

function Board({ view }: { view: OrdersView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const fresh = useFreshness();
  const aged = useAgedNote();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [text, setText] = useFindText();
  const phrases = usePhraseItems(text, setText);
  const finals = useMemo(() => new Set(view.states.filter((state) => state.terminal).map((state) => `${state.source}/${state.order_type}/${state.status}`)), [view.states]);
  const isFinal = useCallback((row: OrderRow) => finals.has(`${row.source}/${row.order_type}/${row.status}`), [finals]);
  const rows = useMemo(
    () => view.orders.filter((row) => (chosen === null || isChosen(chosen, row)) && matchesWords(text, [row.number, row.customer, everyWord("status", row.status), everyWord("orderType", row.order_type)])),
    [view.orders, chosen, text],
  );
  const columns = useColumns(isFinal, rows.some((row) => row.stuck));
  useKeys({ Escape: () => (chosen === null ? false : setChosen(null)) });

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {view.states.length > 0 && (
        <section aria-label={t("orders.flow")} className="flex-none border-b border-line">
          <SectionHeader title={t("orders.flow")} note={[t("orders.flowNote", { n: format.integer(view.total) }), ...aged(fresh, view.states.map((state) => state.source)), t("orders.flowStuck", { age: format.duration(view.stuck_after_ms) })]} />
          <Lanes states={view.states} chosen={chosen} onChoose={setChosen} />
        </section>
      )}
      <SectionHeader
        className="border-b border-line"
        title={t("orders.list")}
        note={t("orders.listNote", { n: format.integer(rows.length) })}
        right={
          <>
            {chosen !== null && (
              <Button icon={<X aria-hidden />} aria-label={t("orders.clear")} className="!border-accent !bg-accent-soft" onClick={() => setChosen(null)}>
                {t("orders.filtered", { type: word("orderType", chosen.type), status: word("status", chosen.status) })}
              </Button>
            )}
            <SearchField label={t("orders.search")} value={text} onChange={setText} className="w-[clamp(140px,22vw,240px)]" />
          </>
        }
      />
      <VirtualRows
        label={t("orders.list")}
        rows={rows}
        rowKey={orderKey}
        columns={columns}
        primary
        menu={(row) => [...phrases(t("parts.menu.customer"), row.customer), { id: "events", label: t("parts.menu.events"), onSelect: () => go("events", { filter: written("subject", `order:${row.order_id}`) }) }]}
        rowClass={(row) => row.stuck && "bg-warn-soft/45"}
        onOpen={(row) => openEvent(row.last_seq)}
        empty={view.total === 0 ? <EmptyState icon={<ReceiptText />} title={t("orders.empty")} text={t("orders.emptyText")} /> : <EmptyState icon={<SearchX />} title={t("orders.noMatch")} text={view.total > view.orders.length ? t("orders.noMatchOfSome", { n: format.integer(view.orders.length), total: format.integer(view.total) }) : t("orders.noMatchText")} />}
      />
    </div>
  );
}

function useColumns(isFinal: (row: OrderRow) => boolean, anyStuck: boolean): readonly Column<OrderRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const sources = useSources();
  const fresh = useFreshness();
  return useMemo(
    () => {
      const stuck: Column<OrderRow> = {
        id: "state",
        header: <span className="sr-only">{t("orders.stuckWord")}</span>,
        beside: 20,
        holds: (row) => (row.stuck ? t("orders.stuckWord") : null),
        cell: (row) =>
          row.stuck && (
            <span className="inline-flex items-center gap-1.5 align-middle text-warn">
              <TriangleAlert aria-hidden className="size-3.5" />
              {t("orders.stuckWord")}
            </span>
          ),
      };
      const dash = <span className="text-ink-3">—</span>;
      const rest: Column<OrderRow>[] = [
        {
          id: "number",
          header: t("orders.column.number"),
          holds: (row) => row.number,
          beside: 4,
          cell: (row) => (
            <span title={row.number}>
              <RowSource source={sources.several ? sources.of(row.source) : null} />
              {row.number}
            </span>
          ),
        },
        { id: "type", header: t("orders.column.type"), spare: 3, className: "text-ink-2", holds: (row) => word("orderType", row.order_type), cell: (row) => word("orderType", row.order_type) },
        { id: "customer", header: t("orders.column.customer"), width: "minmax(96px, 1.2fr)", className: "text-ink-2", cell: (row) => (row.customer === null ? dash : <span title={row.customer}>{row.customer}</span>) },
        { id: "status", header: t("orders.column.status"), className: "font-[540]", holds: (row) => word("status", row.status), cell: (row) => <Figure aged={fresh.of(row.source)} className={isFinal(row) ? "font-[450] text-ink-2" : undefined}>{word("status", row.status)}</Figure> },
        { id: "since", header: t("orders.column.since"), align: "end", holds: (row) => (isFinal(row) ? null : heaviest([LONG, LONGER, DAYS].map(format.duration))), cell: (row) => (isFinal(row) ? null : <Figure aged={fresh.of(row.source)}><Since row={row} /></Figure>) },
        { id: "steps", header: t("orders.column.steps"), width: "minmax(130px, 1.4fr)", spare: 2, className: "!px-4", cell: (row) => <Steps row={row} terminal={isFinal(row)} /> },
        { id: "mover", header: t("orders.column.mover"), width: "minmax(96px, 0.7fr)", spare: 4, className: "text-ink-2", cell: (row) => (row.last_mover === null ? dash : <span title={row.last_mover}>{row.last_mover}</span>) },
        { id: "from", header: t("orders.column.from"), spare: 6, className: "text-ink-3", holds: (row) => before(row, word), cell: (row) => before(row, word) },
        { id: "first", header: t("orders.column.first"), align: "end", spare: 5, holds: () => widestAge(format), className: "text-ink-2", cell: (row) => row.transitions[0] !== undefined && <Age at={row.transitions[0].at} /> },
        { id: "at", header: t("orders.column.at"), align: "end", holds: () => widestAge(format), cell: (row, above) => <Age at={lastStep(row)} above={above === undefined ? null : lastStep(above)} /> },
      ];
      if (sources.several) rest.splice(-1, 0, { id: "source", header: t("orders.column.source"), width: "minmax(96px, 0.7fr)", spare: 7, className: "text-ink-2", cell: (row) => <SourceName id={row.source} /> });
      // With nothing stuck its column would be a hole at the head of every row.
      return anyStuck ? [stuck, ...rest] : rest;
    },
    [t, format, word, sources, fresh, isFinal, anyStuck],
  );
}

/** Of times that are said in two units, the widest of each pair of them, ms. */
const LONG = 59 * 60_000 + 59_000;
const LONGER = 23 * 3_600_000 + 59 * 60_000;
const DAYS = 999 * 86_400_000 + 23 * 3_600_000;

/** The state before the present one. */
const before = (row: OrderRow, word: Word) => {
  const from = row.transitions.at(-1)?.from ?? "";
  return from === "" ? null : word("status", from);
};

const lastStep = (row: OrderRow) => row.transitions.at(-1)?.at ?? row.since;

function Since({ row }: { row: OrderRow }) {
  const format = useFormat();
  const text = useClock((now) => (now - row.since < 60_000 ? format.age(now - row.since) : format.duration(Math.floor((now - row.since) / 60_000) * 60_000)));
  return <span className={cx("num", row.stuck ? "text-warn" : "text-ink-2")}>{text}</span>;
}

/** The way the order took: a length per state, the present one in full colour. Words are in the titles and in the drawer. */
function Steps({ row, terminal }: { row: OrderRow; terminal: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  // Lengths move slowly: four looks a minute are enough.
  const now = useClock((at) => Math.floor(at / 15_000) * 15_000);
  const line = steps(row, terminal, now);
  const said = row.transitions.map((step) => t("orders.stepsHint", { time: format.time(step.at), from: step.from === "" ? t("orders.start") : word("status", step.from), to: word("status", step.to) })).join("\n");
  return (
    <span className="flex h-5 w-full items-center" title={said} role="img" aria-label={said}>
      {line.map((step, i) => {
        const present = step.to === null;
        return (
          <span key={`${step.from}-${step.status}`} className="relative flex h-full min-w-0 items-center" style={{ width: `${step.width * 100}%` }}>
            <i
              className={cx("tint size-[7px] flex-none rounded-full", present ? (row.stuck ? "bg-warn" : terminal ? "bg-good" : "bg-[var(--d-orders)]") : "bg-line-strong")}
            />
            {(!present || !terminal) && <i className={cx("tint h-[2px] min-w-0 flex-1", present ? (row.stuck ? "bg-warn" : "bg-[var(--d-orders)] opacity-50") : "bg-line-strong")} />}
            {present && i > 0 && terminal && <span className="sr-only">{word("status", step.status)}</span>}
          </span>
        );
      })}
    </span>
  );
}
