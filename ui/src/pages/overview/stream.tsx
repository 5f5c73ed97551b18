// The compact live stream: as many of the newest rows as there is room for, in place, without a scrollbar. The Events page has the rest.

import { ArrowRight, Pause as PauseIcon, Play, Radio } from "lucide-react";
import { memo, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { EventRow } from "@/bindings/EventRow";
import { useFormat } from "@/format";
import { fillOf, hidden, isRow, type KnownSource, type Pause, shown, useLive, useSources } from "@/live";
import { Button, Cells, cx, EmptyState, FilledRow, type Fit, fitted, GapRow, SectionHeader } from "@/parts";
import { useArrival, useCalm } from "@/parts/arrival";
import { useWidest, useWidths } from "@/parts/sizers";
import { go } from "@/route";
import { openEvent, useSelectedEvent } from "@/route/selection";
import { NO_PLACES, placed } from "./places";
import { useStreamColumns } from "./stream-columns";

const ROW = 28;

export function Stream({ pause, onToggle }: { pause: Pause; onToggle: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(12);
  const [width, setWidth] = useState(10_000);
  // In slices: a second in which nothing came draws nothing here.
  const following = useLive((live) => live.items);
  const received = useLive((live) => live.received);
  const omitted = useLive((live) => live.omitted);
  const fills = useLive((live) => live.fills);
  const behind = useLive((live) => live.order.behind);
  const rate = useLive((live) => live.frame?.events_per_second ?? 0);
  const selected = useSelectedEvent();
  const sources = useSources();

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => {
      if (element.clientHeight > 0) setRoom(Math.floor(element.clientHeight / ROW));
      if (element.clientWidth > 0) setWidth(element.clientWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const tail = useMemo(() => ({ items: following, received }), [following, received]);
  const items = shown(pause, tail);
  const rows = useMemo(() => items.slice(-3 * room).filter(isRow).slice(-room).reverse(), [items, room]);
  const [before, setPlaces] = useState(NO_PLACES);
  const places = placed(before, useMemo(() => rows.map((row) => row.seq), [rows]));
  if (places !== before) setPlaces(places);
  const columns = useStreamColumns(sources, behind);
  const widest = useWidest(columns, rows, format.lang);
  const { widths, sizers } = useWidths(columns, widest);
  const fit = useMemo(() => fitted(columns, widest, widths, width), [columns, widest, widths, width]);
  const marks = useCalm() && pause.kind === "following";
  const missed = hidden(pause, tail);
  return (
    <section className="flex min-h-0 flex-1 flex-col" aria-label={t("overview.stream.title")}>
      <SectionHeader
        title={t("overview.stream.title")}
        note={
          pause.kind === "paused" ? (
            <span className="text-warn">{t("overview.stream.paused", { n: format.integer(missed) })}</span>
          ) : (
            [t("overview.stream.rate", { n: format.number(Math.round(rate * 10) / 10) }), omitted > 0 ? t("overview.stream.omitted", { n: format.integer(omitted) }) : t("overview.stream.omittedNone")]
          )
        }
        right={
          <>
            <Button look="ghost" onClick={onToggle} icon={pause.kind === "paused" ? <Play aria-hidden /> : <PauseIcon aria-hidden />}>
              {pause.kind === "paused" ? t("overview.stream.resume") : t("overview.stream.pause")}
            </Button>
            <Button look="ghost" className="-mr-2.5" onClick={() => go("events")}>
              {t("overview.stream.all")}
              <ArrowRight aria-hidden />
            </Button>
          </>
        }
      />
      <div ref={box} role={rows.length > 0 ? "table" : undefined} aria-label={rows.length > 0 ? t("overview.stream.title") : undefined} className="relative flex min-h-0 flex-1 flex-col overflow-hidden">
        {sizers}
        {rows.length === 0 ? (
          <EmptyState icon={<Radio />} title={t("overview.stream.empty")} text={t("overview.stream.emptyText")} />
        ) : (
          <div role="rowgroup" className="relative" style={{ transform: `translateY(${places.top * ROW}px)` }}>
            {rows.map((row, i) => {
              const place = places.top - i;
              const source = sources.of(row.source);
              const mark = sources.several ? source : null;
              const shared = { row, place, selected: row.seq === selected };
              if (row.gap !== null || row.kind === "watchdeck:gap_filled") return <Marker key={place} {...shared} source={mark} filled={row.gap === null ? null : fillOf(fills, row.gap)} />;
              return <Line key={place} {...shared} fit={fit} marks={marks} />;
            })}
          </div>
        )}
      </div>
    </section>
  );
}

/** A row stands where it was put; nothing in it is laid out with its neighbours. */
const BOX = "absolute inset-x-0 top-0 h-7 border-b border-line/55 [contain:strict]";

const at = (place: number) => ({ transform: `translateY(${-place * ROW}px)` });

const Line = memo(function Line({ row, place, fit, marks, selected }: { row: EventRow; place: number; fit: Fit<EventRow>; marks: boolean; selected: boolean }) {
  const fresh = useArrival(row.received_at, marks);
  return (
    <div
      role="row"
      onClick={() => openEvent(row.seq)}
      className={cx(BOX, "grid items-center", selected ? "bg-accent-soft" : "hover:bg-raised", !selected && row.severity === "critical" && "bg-crit-soft", fresh && "arrived")}
      style={{ ...at(place), gridTemplateColumns: fit.template }}
    >
      <Cells role="cell" row={row} above={undefined} columns={fit.shown} wrap={false} />
    </div>
  );
});

const Marker = memo(function Marker({ row, place, filled, source, selected }: { row: EventRow; place: number; filled: number | null; source: KnownSource | null; selected: boolean }) {
  return (
    <div role="row" onClick={() => openEvent(row.seq)} className={cx(BOX, selected && "outline-2 -outline-offset-2 outline-accent")} style={at(place)}>
      <span role="cell" className="block h-full min-w-0">
        {row.kind === "watchdeck:gap_filled" ? <FilledRow row={row} source={source} /> : <GapRow row={row} filled={filled} source={source} />}
      </span>
    </div>
  );
});
