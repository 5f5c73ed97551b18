// The flow as connected states, a lane per order type. A state is a switch: pressed, the list below shows only its orders.

import { ChevronRight, TriangleAlert } from "lucide-react";
import { Fragment, memo, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { OrderStateCount } from "@/bindings/OrderStateCount";
import { useClock, useFormat } from "@/format";
import { type Aged, type KnownSource, useFreshness, useSources } from "@/live";
import { cx, Figure, heaviest, SourceMark, weight } from "@/parts";
import { joined, useWord } from "@/text";
import { type Chosen, isChosen, type Lane, lanes } from "./flow";

export const Lanes = memo(function Lanes({ states, chosen, onChoose }: { states: readonly OrderStateCount[]; chosen: Chosen | null; onChoose: (chosen: Chosen | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const sources = useSources();
  const fresh = useFreshness();
  const all = useMemo(() => lanes(states), [states]);
  const open = (lane: Lane) => t("orders.flowOpen", { n: format.integer(lane.open) });
  // As wide as the widest of them, so that the lanes begin under each other.
  const least = `${Math.ceil(weight(heaviest(all.map(open))))}ch`;
  return (
    <div className="@container flex flex-col gap-2.5 px-4 pb-3">
      {all.map((lane) => (
        <div key={`${lane.source}/${lane.type}`} role="group" aria-label={joined([word("orderType", lane.type), sources.several && sources.of(lane.source)?.name])} className="relative flex min-w-0 items-stretch gap-3">
          <div className="flex min-w-[76px] flex-none flex-col justify-center text-[12px]" style={{ width: least }}>
            <span className="truncate text-[13px] font-[540]">
              {sources.several && <LaneSource source={sources.of(lane.source)} />}
              {word("orderType", lane.type)}
            </span>
            <Figure aged={fresh.of(lane.source)} className="num whitespace-nowrap text-ink-3">
              {open(lane)}
            </Figure>
          </div>
          <div className="flex min-w-0 flex-1 items-stretch">
            {lane.path.map((state, i) => (
              <Fragment key={state.status}>
                {i > 0 && <ChevronRight aria-hidden className="size-3.5 flex-none self-center text-line-strong" />}
                <Node state={state} aged={fresh.of(lane.source)} share={state.terminal ? null : state.count / lane.most} on={isChosen(chosen, state)} onChoose={onChoose} />
              </Fragment>
            ))}
            {lane.out.length > 0 && <span aria-hidden className="mx-2 my-2 w-px flex-none bg-line" />}
            {lane.out.map((state) => (
              <Node key={state.status} state={state} aged={fresh.of(lane.source)} share={null} narrow on={isChosen(chosen, state)} onChoose={onChoose} />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
});

function LaneSource({ source }: { source: KnownSource | null }) {
  return source === null ? null : (
    <span title={source.name}>
      <SourceMark colour={source.colour} className="mr-1.5" />
    </span>
  );
}

/** Under a count, and beside it where there is room. */
const NOTE = "num flex h-[17px] min-w-0 text-[11.5px] leading-[17px] whitespace-nowrap";

function Node({ state, aged, share, on, narrow = false, onChoose }: { state: OrderStateCount; aged: Aged | null; share: number | null; on: boolean; narrow?: boolean; onChoose: (chosen: Chosen | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const oldest = useClock((now) => (state.oldest_at === null ? null : format.age(Math.max(0, now - state.oldest_at))));
  const status = word("status", state.status);
  const name = t("orders.nodeName", { type: word("orderType", state.order_type), status, n: format.integer(state.count) });
  const count = state.count >= 100_000 ? format.compact(state.count) : format.integer(state.count);
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={state.stuck > 0 ? `${name} · ${t("orders.stuck", { n: format.integer(state.stuck) })}` : name}
      onClick={(event) => {
        // After a click the keys belong to the list below; after Enter or Space the focus stays where it is.
        if (event.detail > 0) event.currentTarget.blur();
        onChoose(on ? null : { source: state.source, type: state.order_type, status: state.status });
      }}
      className={cx(
        "relative flex min-w-0 flex-col overflow-hidden rounded-md border px-2.5 pt-1.5 pb-2 text-left",
        narrow ? "w-[92px] flex-none" : "flex-1",
        on ? "border-accent bg-accent-soft" : "border-line bg-panel hover:border-line-strong hover:bg-raised",
      )}
    >
      <span className={cx("truncate text-[12px]", on ? "text-ink" : "text-ink-2")}>{status}</span>
      <span className="flex flex-col @min-[1000px]:flex-row @min-[1000px]:items-baseline @min-[1000px]:justify-between @min-[1000px]:gap-1.5">
        <Figure aged={aged} className={cx("num text-[17px] leading-[1.3] font-[560] tracking-[-0.01em]", state.terminal && !on && "text-ink-2", state.count === 0 && "text-ink-3")}>
          {count}
        </Figure>
        {state.stuck > 0 ? (
          <span className={cx(NOTE, "items-center gap-1 text-warn")}>
            <TriangleAlert aria-hidden className="size-3 flex-none" />
            {t("orders.stuck", { n: format.integer(state.stuck) })}
          </span>
        ) : (
          !state.terminal && (
            <span className={cx(NOTE, "flex-row-reverse flex-wrap justify-end overflow-hidden text-ink-3 @min-[1000px]:justify-start")} title={state.dwell_ms === null ? undefined : t("orders.dwell", { age: format.age(state.dwell_ms) })}>
              {/* Where there is no room for the word, the figure stays. */}
              <span>{oldest}</span>
              {oldest !== null && <span className="whitespace-pre">{t("orders.oldest")} </span>}
            </span>
          )
        )}
      </span>
      {share !== null && (
        <span aria-hidden className="absolute inset-x-0 bottom-0 h-[3px] bg-raised">
          <i className="block h-full" style={{ width: `${share * 100}%`, background: aged === null ? "var(--d-orders)" : "var(--ink-3)" }} />
        </span>
      )}
    </button>
  );
}
