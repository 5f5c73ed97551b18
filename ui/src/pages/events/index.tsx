// Events: the live tail and all of history in one list. Scrolling away from the live edge, or Space, makes the list stand still; nothing is lost by it.

import { ArrowDownToLine, ArrowUpToLine, BellPlus, Columns3, Eraser, Pause as PauseIcon, Play, Radio, SearchX, WrapText } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LetGoNote } from "@/bindings/LetGoNote";
import { didYouMean } from "@/filter";
import { useFormat, useToday } from "@/format";
import { CommandError, isAbort } from "@/host";
import { ExportMenu } from "@/jobs/export-menu";
import { useKeys } from "@/keys";
import { filled, fillOf, FOLLOWING, hidden, isRow, type Item, itemKey, type Pause, paused, shown, type Tail, useHost, useLive, useSources, useStream } from "@/live";
import { Button, cx, EmptyState, ErrorState, FilledRow, GapRow, IconButton, Menu, Skeleton, VirtualRows } from "@/parts";
import { go, rewrite, useRoute } from "@/route";
import { closeEvent, openEvent, useSelectedEvent } from "@/route/selection";
import { errorText } from "@/text";
import { useKinds } from "@/text/kinds";
import { COLUMN_IDS, type ColumnId, DEFAULT_COLUMNS, useColumns } from "./columns";
import { FilterBox } from "./filter-box";
import { extended, type History, NO_HISTORY } from "./history";
import { useRowMenu } from "./row-menu";
import { SourceMenu } from "./source-menu";
import { type FilterState, followFilter, PAGE } from "./tail";

/** The filter is asked for when the user stops typing for this long, ms. */
const TYPING = 180;

export default function Events() {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const { query } = useRoute();
  const input = useRef<HTMLInputElement>(null);

  const wanted = query.filter ?? "";
  const { text, setText, filter } = useFilterText(wanted);
  const found = useFilter(filter);
  // A filter that was never understood hides nothing.
  const filtered = found !== null && found.of === null && found.error?.code === "invalid_input" ? null : found;
  const stream = useLive((live) => live);
  const [cleared, setCleared] = useState(0);

  // What the list follows: the stream, or the matches of the filter.
  const live: Tail = useMemo(() => {
    const tail: Tail = filtered ?? stream;
    return cleared === 0 ? tail : { items: tail.items.filter((item) => item.seq > cleared), received: tail.received };
  }, [filtered, stream, cleared]);

  const [pause, setPause] = useState<Pause>(FOLLOWING);
  const [history, setHistory] = useState<History>(NO_HISTORY);
  // History that was asked for before is none of the list's now.
  const era = useRef(0);
  const resume = useCallback(() => {
    era.current += 1;
    setPause(FOLLOWING);
    setHistory(NO_HISTORY);
  }, []);
  const stop = useCallback((by: "user" | "scroll") => setPause((before) => paused(before, live, by)), [live]);
  const toggle = () => (pause.kind === "paused" ? resume() : stop("user"));
  const start = useRef({ filter, cleared });
  useEffect(() => {
    if (start.current.filter === filter && start.current.cleared === cleared) return;
    start.current = { filter, cleared };
    resume();
  }, [filter, cleared, resume]);

  const [newestLast, setNewestLast] = useKept("watchdeck-events-newest-last", false);
  const [wrap, setWrap] = useKept("watchdeck-events-wrap", false);
  const [columnIds, setColumnIds] = useKept<readonly ColumnId[]>("watchdeck-events-columns", DEFAULT_COLUMNS);
  const sources = useSources();
  const columns = useColumns(columnIds, sources, stream.order.behind, wrap);
  const fills = useMemo(() => filled(stream.fills, history.rows), [stream.fills, history.rows]);
  const special = useCallback(
    (item: Item): ReactNode | null => {
      if (!isRow(item)) return <SkipRow n={item.skipped} />;
      const source = sources.several ? sources.of(item.source) : null;
      if (item.kind === "watchdeck:gap_filled") return <FilledRow row={item} source={source} />;
      return item.gap === null ? null : <GapRow row={item} filled={fillOf(fills, item.gap)} source={source} />;
    },
    [sources, fills],
  );

  const base = shown(pause, live);
  const rows = useMemo(() => {
    const all: Item[] = [...history.rows, ...base];
    return newestLast ? all : all.reverse();
  }, [history.rows, base, newestLast]);
  const missed = hidden(pause, live);

  // Older events, as the user comes near the old end.
  const oldest = history.rows[0]?.seq ?? base[0]?.seq ?? null;
  const before = history.before === undefined ? (filtered === null ? oldest : filtered.before) : history.before;
  const letGo = history.before === null ? history.letGo : (filtered?.letGo ?? null);
  const canLoad = before !== null && cleared === 0 && !history.busy && (filtered === null || !filtered.loading);
  const loadOlder = useCallback(() => {
    if (!canLoad) return;
    const asked = era.current;
    setHistory((state) => ({ ...state, busy: true, error: null }));
    host
      .call("events", { before, limit: PAGE, filter: filtered?.of ?? "" })
      .then((page) => asked === era.current && setHistory((state) => extended(state, page)))
      .catch((thrown: unknown) => {
        if (!isAbort(thrown) && asked === era.current) setHistory((state) => ({ ...state, busy: false, error: CommandError.from(thrown) }));
      });
  }, [canLoad, before, filtered?.of, host]);
  const onNearEnd = useCallback(() => {
    // A sparse filter goes on only when asked to: each answer may have looked through a long stretch of history.
    if (history.error === null && (filtered === null || rows.length >= 40)) loadOlder();
  }, [history.error, filtered, rows.length, loadOlder]);
  const onEdge = useCallback(
    (atEdge: boolean) => {
      if (!atEdge) stop("scroll");
      else if (pause.kind === "paused" && pause.by === "scroll") resume();
    },
    [pause, stop, resume],
  );

  // The cursor of the list; with the drawer open, the event in it.
  const inDrawer = useSelectedEvent();
  const [cursor, setCursor] = useState<string | null>(null);
  const focusFilter = () => input.current?.focus();
  useKeys({ Space: toggle, "/": focusFilter });
  useEffect(() => {
    if (query.focus !== "filter") return;
    input.current?.focus();
    go("events", query.filter === undefined ? {} : { filter: query.filter });
  }, [query]);

  const scanned = (filtered?.scanned ?? 0) + history.scanned;
  const error = found?.error ?? null;
  const brokenFilter = error !== null && error.code === "invalid_input";
  // What is on screen answers another question than the box asks now: it is dimmed until it does.
  const stale = !brokenFilter && (text.trim() !== filter || (filter !== "" && (found?.filter !== filter || (found.loading && found.of !== filter))));
  const menu = useRowMenu(text, setText, sources);
  const kinds = useKinds();
  const list = useLive((live) => live.frame?.sources);
  const nothing = brokenFilter || (filtered !== null && !filtered.loading && rows.length === 0);
  const meant = useMemo(() => (nothing && !stale && filter !== "" ? didYouMean(filter, { kinds, sources: list ?? [] }) : null), [nothing, stale, filter, kinds, list]);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-none flex-wrap items-start gap-2 border-b border-line px-4 py-2">
        <FilterBox text={text} onText={setText} error={error} errorFor={found?.filter ?? ""} kept={filtered !== null} meant={meant} inputRef={input} />
        <div className="flex flex-none items-center gap-0.5 pt-0.5">
          {text.trim() !== "" && (
            <IconButton label={t("events.makeRule")} className="mr-1" onClick={() => go("alerts", { rule: text })}>
              <BellPlus aria-hidden />
            </IconButton>
          )}
          {sources.several && <SourceMenu filter={text} onFilter={setText} />}
          <Button look={pause.kind === "paused" ? "primary" : "plain"} className="mr-1.5 min-w-[88px] justify-center" onClick={toggle} icon={pause.kind === "paused" ? <Play aria-hidden /> : <PauseIcon aria-hidden />}>
            {pause.kind === "paused" ? t("events.resume") : t("events.pause")}
          </Button>
          <IconButton label={newestLast ? t("events.newestLast") : t("events.newestFirst")} pressed={newestLast} onClick={() => (setNewestLast(!newestLast), resume())}>
            {newestLast ? <ArrowDownToLine aria-hidden /> : <ArrowUpToLine aria-hidden />}
          </IconButton>
          <IconButton label={t("events.wrap")} pressed={wrap} onClick={() => setWrap(!wrap)}>
            <WrapText aria-hidden />
          </IconButton>
          <Menu
            align="end"
            label={t("events.columns")}
            trigger={
              <IconButton label={t("events.columns")}>
                <Columns3 aria-hidden />
              </IconButton>
            }
            items={COLUMN_IDS.map((id) => ({
              id,
              label: t(`events.column.${id}`),
              checked: columnIds.includes(id),
              disabled: id === "time" || id === "label",
              stay: true,
              onSelect: () => setColumnIds(columnIds.includes(id) ? columnIds.filter((each) => each !== id) : [...columnIds, id]),
            }))}
          />
          <ExportMenu what="events" begin={(start, format) => start("export_events", { filter: filtered?.of ?? "", format })} />
          <IconButton label={`${t("events.clear")} · ${t("events.clearHint")}`} onClick={() => (closeEvent(), setCleared(live.items.at(-1)?.seq ?? cleared))}>
            <Eraser aria-hidden />
          </IconButton>
        </div>
      </div>
      <StatusLine
        paused={pause.kind === "paused"}
        missed={missed}
        onResume={resume}
        text={
          stale
            ? t("events.searching")
            : filtered === null
            ? t("events.status", { shown: format.integer(rows.length), received: format.integer(stream.received) })
            : t("events.matching", { shown: format.integer(rows.length), scanned: format.integer(scanned) })
        }
        right={stream.omitted > 0 && filtered === null ? t("events.skipped", { n: format.integer(stream.omitted) }) : null}
      />
      {error !== null && !brokenFilter && rows.length === 0 ? (
        <ErrorState error={error} />
      ) : (
        <VirtualRows
          label={t("events.table")}
          rows={rows}
          rowKey={itemKey}
          columns={columns}
          rowHeight={wrap ? 44 : 28}
          wrap={wrap}
          primary
          menu={menu}
          stale={stale}
          selected={inDrawer === null ? cursor : String(inDrawer)}
          onSelect={(item) => {
            setCursor(itemKey(item));
            if (isRow(item) && inDrawer !== null) openEvent(item.seq);
          }}
          onOpen={(item) => isRow(item) && openEvent(item.seq)}
          rowClass={(item) => isRow(item) && item.severity === "critical" && "bg-crit-soft"}
          special={special}
          opens={isRow}
          stickToEnd={newestLast}
          onEdge={onEdge}
          onNearEnd={onNearEnd}
          foot={<Foot rows={rows.length} history={history} letGo={letGo} end={before === null} cleared={cleared > 0} onMore={loadOlder} canLoad={canLoad} />}
          empty={<Empty stream={stream.core.kind === "starting"} loading={filtered?.loading ?? false} filtered={filtered !== null} cleared={cleared > 0} scanned={scanned} letGo={letGo} />}
        />
      )}
    </div>
  );
}

/** What the user types, kept in the address once it stands still, so that a filter can be linked to. */
function useFilterText(wanted: string): { text: string; setText: (text: string) => void; filter: string } {
  const [text, setText] = useState(wanted);
  const [filter, setFilter] = useState(wanted.trim());
  const [seen, setSeen] = useState(wanted);
  if (seen !== wanted) {
    setSeen(wanted);
    if (wanted !== text.trim()) setText(wanted);
  }
  useEffect(() => {
    const timer = setTimeout(() => {
      const next = text.trim();
      setFilter(next);
      if (next !== wanted) rewrite("events", next === "" ? {} : { filter: next });
    }, TYPING);
    return () => clearTimeout(timer);
  }, [text, wanted]);
  return { text, setText, filter };
}

/** The matches of `filter`, live; null without a filter. */
function useFilter(filter: string): FilterState | null {
  const host = useHost();
  const stream = useStream();
  const [state, setState] = useState<FilterState | null>(null);
  const last = useRef<FilterState | null>(null);
  const asked = useRef<string | null>(null);
  useEffect(() => {
    if (filter === "") {
      last.current = null;
      asked.current = null;
      return;
    }
    const before = asked.current;
    asked.current = filter;
    const stop = new AbortController();
    const tell = (next: FilterState) => {
      if (next.error?.code === "invalid_input" && asked.current === filter) asked.current = before;
      last.current = next;
      setState(next);
    };
    void followFilter(host, stream, filter, last.current, before, tell, stop.signal);
    return () => stop.abort();
  }, [host, stream, filter]);
  return filter === "" ? null : state;
}

/** A choice of this machine's user about this list. */
function useKept<T>(key: string, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    const kept = localStorage.getItem(key);
    if (kept === null) return initial;
    try {
      return JSON.parse(kept);
    } catch {
      return initial;
    }
  });
  return [
    value,
    (next) => {
      localStorage.setItem(key, JSON.stringify(next));
      setValue(next);
    },
  ];
}

function StatusLine({ paused: still, missed, onResume, text, right }: { paused: boolean; missed: number; onResume: () => void; text: string; right: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={cx("flex h-7 flex-none items-center gap-3 border-b border-line px-4 text-[12px]", still ? "bg-warn-soft" : "text-ink-3")}>
      {still ? (
        <>
          <span className="truncate text-warn">{t("events.pausedHint")}</span>
          <button type="button" onClick={onResume} className="num flex-none rounded font-[540] text-accent hover:underline">
            {t("events.newCount", { n: format.integer(missed) })}
          </button>
        </>
      ) : (
        right !== null && <span className="num min-w-0 truncate">{right}</span>
      )}
      <span className={cx("num ml-auto flex-none", still && "text-ink-2")}>{text}</span>
    </div>
  );
}

function SkipRow({ n }: { n: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span className="num flex h-full items-center gap-3 px-4 text-[12px] text-ink-3">
      <i aria-hidden className="h-px flex-1 bg-line-strong" />
      {t("events.skipped", { n: format.integer(n) })}
      <i aria-hidden className="h-px flex-1 bg-line-strong" />
    </span>
  );
}

function Foot({ rows, history, letGo, end, cleared, canLoad, onMore }: { rows: number; history: History; letGo: LetGoNote | null; end: boolean; cleared: boolean; canLoad: boolean; onMore: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  if (cleared || rows === 0) return null;
  const box = "flex h-9 items-center justify-center gap-3 text-[12px] text-ink-3";
  if (history.error !== null) {
    return (
      <div role="alert" className={cx(box, "text-crit")}>
        {t("events.olderFailed", { message: errorText(history.error) })}
        <Button onClick={onMore}>{t("common.retry")}</Button>
      </div>
    );
  }
  if (end) return <div className={box}>{letGo === null ? t("events.end") : t("keeping.edge", { at: format.dayMinute(letGo.at, today) })}</div>;
  if (history.busy) return <div className={box}>{t("events.older")}</div>;
  return (
    <div className={box}>
      <Button look="ghost" disabled={!canLoad} onClick={onMore}>
        {t("events.searchOn")}
      </Button>
    </div>
  );
}

function Empty({ stream, loading, filtered, cleared, scanned, letGo }: { stream: boolean; loading: boolean; filtered: boolean; cleared: boolean; scanned: number; letGo: LetGoNote | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  if (stream || loading) return <Skeleton rows={16} />;
  const box = (content: ReactNode) => <div className="flex h-[60%] flex-col">{content}</div>;
  if (cleared) return box(<EmptyState icon={<Eraser />} title={t("events.cleared")} text={t("events.clearHint")} />);
  if (filtered) return box(<EmptyState icon={<SearchX />} title={t("events.noMatch")} text={`${t("events.noMatchText", { scanned: format.integer(scanned) })} ${letGo === null ? "" : t("keeping.edge", { at: format.dayMinute(letGo.at, today) })}`} />);
  return box(<EmptyState icon={<Radio />} title={t("events.empty")} text={t("events.emptyText")} />);
}
