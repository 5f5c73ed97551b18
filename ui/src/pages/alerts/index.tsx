// Alerts: by state, grouped by rule; one beside the list with its course; the rules and how alerts are told.

import { Bell, BellOff, ChartColumn, Check, CircleCheck, Clock3, Plus } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useActions } from "@/act";
import type { AlertState } from "@/bindings/AlertState";
import type { AlertsView } from "@/bindings/AlertsView";
import type { AlertView } from "@/bindings/AlertView";
import type { RuleView } from "@/bindings/RuleView";
import type { SourceStatus } from "@/bindings/SourceStatus";
import { coreNow, useClock, useFormat } from "@/format";
import { useKeys } from "@/keys";
import { useHost, useLive, useSources } from "@/live";
import { Age, Button, codeIn, type Column, cx, EmptyState, Line, SeverityMark, SourceName, VirtualRows, widestAge } from "@/parts";
import { toast } from "@/parts/notice";
import { Tabs } from "@/parts/tabs";
import { Tick } from "@/parts/tick";
import { ViewGate } from "@/parts/view-gate";
import { go, useRoute } from "@/route";
import { openEvent } from "@/route/selection";
import { useAlertText, useRuleName } from "@/rules";
import { DeliveryMatrix } from "@/settings/delivery";
import { errorText, joined } from "@/text";
import { Detail, PanelTitle } from "./detail";
import { counts, grouped, inTab, isHeading, type Line as Entry, lineKey, TABS } from "./groups";
import { Load } from "./load";
import { BLANK, type Draft } from "./rule/draft";
import { RuleDialog, type Standing } from "./rule/dialog";
import { Rules } from "./rules";
import { Silences } from "./silences";
import { SilenceDialog } from "./silences/dialog";
import type { Silencing } from "./silences/during";
import { type Rest, Snooze } from "./snooze";

export default function Alerts() {
  return (
    <ViewGate name="alerts" links={false}>
      {(view) => <Watch view={view} />}
    </ViewGate>
  );
}

function draftOf(filter: string | undefined): Draft | null {
  return filter === undefined ? null : { id: "", document: { ...BLANK, when: filter }, known: false };
}

function opened({ id, document }: RuleView): Draft {
  return { id, document, known: true };
}

function standingOf(rules: readonly RuleView[], id: string): Standing {
  const rule = rules.find((each) => each.id === id);
  return rule === undefined || !rule.shipped ? "own" : rule.changed ? "changed" : "shipped";
}

/** As one value of a filter. */
function quotedIn(text: string): string {
  return /[\s"()]/u.test(text) ? `"${text.replaceAll('"', "*")}"` : text;
}

const NONE: ReadonlySet<string> = new Set();
const NO_SOURCES: readonly SourceStatus[] = [];
const EMPTY: Record<AlertState, ReactNode> = { firing: <CircleCheck />, acknowledged: <Check />, snoozed: <Clock3 />, resolved: <BellOff /> };

function Watch({ view }: { view: AlertsView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const { acknowledge } = useActions();
  const [tab, setTab] = useState<AlertState>("firing");
  const [cursor, setCursor] = useState<string | null>(null);
  const [marked, setMarked] = useState<ReadonlySet<string>>(NONE);
  const [load, setLoad] = useState(false);
  // The Events page sends a filter that is to become a rule.
  const { query } = useRoute();
  const [writing, setWriting] = useState<Draft | null>(() => draftOf(query.rule));
  const [given, setGiven] = useState(query.rule);
  if (given !== query.rule) {
    setGiven(query.rule);
    if (query.rule !== undefined) setWriting(draftOf(query.rule));
  }
  const [silencing, setSilencing] = useState<Silencing | null>(null);
  const sources = useLive((live) => live.frame?.sources ?? NO_SOURCES);
  const [snoozing, setSnoozing] = useState<readonly AlertView[] | null>(null);

  const alerts = useMemo(() => inTab(view, tab), [view, tab]);
  const lines = useMemo(() => grouped(alerts), [alerts]);
  const known = useMemo(() => new Set(alerts.map((alert) => alert.id)), [alerts]);
  // What went to another tab is not meant any more.
  const chosen = useMemo(() => new Set([...marked].filter((id) => known.has(id))), [marked, known]);
  const shown = cursor !== null && known.has(cursor) ? cursor : (lines.find((line): line is AlertView => !isHeading(line))?.id ?? null);
  const current = alerts.find((alert) => alert.id === shown) ?? null;
  const meant = () => (chosen.size > 0 ? alerts.filter((alert) => chosen.has(alert.id)) : current === null ? [] : [current]).filter((alert) => alert.state !== "resolved");

  const toggle = useCallback((id: string) => setMarked((before) => (before.has(id) ? new Set([...before].filter((each) => each !== id)) : new Set([...before, id]))), []);
  const acknowledgeMeant = () => {
    const ids = meant().map((alert) => alert.id);
    if (ids.length === 0 || tab === "acknowledged") return false;
    void acknowledge(ids).then((ok) => ok && setMarked(NONE));
  };
  const snoozeMeant = () => (meant().length === 0 ? false : setSnoozing(meant()));
  const snooze = useCallback(
    async (rest: Rest) => {
      const rows = snoozing ?? [];
      setSnoozing(null);
      const failed: string[] = [];
      for (const alert of rows) {
        try {
          await host.call("snooze", { id: alert.id, minutes: rest.minutes, while_same: rest.while_same });
        } catch (thrown) {
          failed.push(t("frame.done.failedOne", { number: alert.label, error: errorText(thrown) }));
        }
      }
      for (const text of failed) toast.error(text);
      if (rows.length > failed.length) toast(t("alerts.snooze.done", { n: format.integer(rows.length - failed.length) }));
      setMarked(NONE);
    },
    [snoozing, host, t, format],
  );

  const wake = useCallback((alert: AlertView) => host.call("unsnooze", { id: alert.id }).catch((thrown: unknown) => toast.error(t("frame.done.failedOne", { number: alert.label, error: errorText(thrown) }))), [host, t]);

  const extending = useRef(false);
  const extend = (event: KeyboardEvent) => {
    extending.current = event.shiftKey;
    if (event.shiftKey && shown !== null) setMarked((before) => new Set([...before, shown]));
    return false;
  };
  useKeys({
    e: acknowledgeMeant,
    s: snoozeMeant,
    x: () => (shown === null || tab === "resolved" ? false : toggle(shown)),
    Escape: () => (chosen.size === 0 ? false : setMarked(NONE)),
    j: extend,
    k: extend,
    ArrowDown: extend,
    ArrowUp: extend,
  });

  const columns = useColumns(tab, chosen, toggle);
  const heading = useHeading(view.rules);
  const count = useMemo(() => counts(view), [view]);
  const enabled = view.rules.filter((rule) => rule.enabled).length;
  return (
    <div className="@container flex min-h-0 flex-1">
      <section aria-label={t("alerts.list")} className="flex min-h-0 min-w-0 flex-1 flex-col">
        <div className="flex h-[38px] flex-none items-center gap-4 border-b border-line px-4">
          <Tabs
            label={t("alerts.tabs")}
            panel="alerts-panel"
            value={tab}
            onChange={(id) => (setTab(id), setMarked(NONE), setLoad(false))}
            tabs={TABS.map((id) => ({ id, label: t(`words.alertState.${id}`), count: count[id] }))}
          />
          {chosen.size === 0 && tab !== "resolved" && !load && <span className="ml-auto truncate text-[12px] text-ink-3 @max-[860px]:hidden">{t("alerts.keys")}</span>}
          <Button look="ghost" aria-pressed={load} className={cx("-mr-2.5", (chosen.size > 0 || tab === "resolved" || load) && "ml-auto")} icon={<ChartColumn aria-hidden />} onClick={() => setLoad(!load)}>
            {load ? t("alerts.load.close") : t("alerts.load.open")}
          </Button>
        </div>
        {load && <Load rules={view.rules} onRule={(rule) => setWriting(opened(rule))} />}
        {chosen.size > 0 && !load && (
          <div role="toolbar" aria-label={t("alerts.selected", { n: format.integer(chosen.size) })} className="flex h-[38px] flex-none items-center gap-1.5 border-b border-line bg-accent-soft px-4">
            <span className="num mr-auto font-[580]">{t("alerts.selected", { n: format.integer(chosen.size) })}</span>
            {tab !== "acknowledged" && (
              <Button look="primary" kbd="E" onClick={acknowledgeMeant}>
                {t("common.actions.acknowledge")}
              </Button>
            )}
            <Button kbd="S" onClick={snoozeMeant}>
              {t("common.actions.snooze")}
            </Button>
            <Button look="ghost" kbd="Esc" className="-mr-2.5" onClick={() => setMarked(NONE)}>
              {t("alerts.clear")}
            </Button>
          </div>
        )}
        <div id="alerts-panel" role="tabpanel" hidden={load} aria-label={t(`words.alertState.${tab}`)} className={load ? "hidden" : "flex min-h-0 flex-1 flex-col"}>
          <VirtualRows
            key={tab}
            label={t("alerts.list")}
            rows={lines}
            rowKey={lineKey}
            columns={columns}
            rowHeight={32}
            primary
            selected={shown}
            special={heading}
            rowClass={(line) => !isHeading(line) && (chosen.has(line.id) ? "bg-accent-soft/50" : tab === "firing" && line.severity === "critical" && "bg-crit-soft/60")}
            onSelect={(line) => {
              if (isHeading(line)) return;
              setCursor(line.id);
              if (extending.current) setMarked((before) => new Set([...before, line.id]));
              extending.current = false;
            }}
            onOpen={(line) => {
              // The panel shows the alert already; Enter and a second click on it open the event behind it.
              if (!isHeading(line) && line.seq !== null && line.id === shown) openEvent(line.seq);
            }}
            empty={<EmptyState icon={EMPTY[tab]} title={t(`alerts.empty.${tab}`)} text={t(`alerts.emptyText.${tab}`)} />}
          />
        </div>
      </section>
      <aside aria-label={t("alerts.detail")} className="w-[clamp(300px,32%,400px)] flex-none overflow-y-auto border-l border-line bg-panel">
        <PanelTitle title={t("alerts.detail")} />
        <Detail alert={current} rule={view.rules.find((rule) => rule.id === current?.rule) ?? null} quiet={chosen.size > 0} onSnooze={(alert) => setSnoozing([alert])} onWake={(alert) => void wake(alert)} onSilence={(alert) => setSilencing({ filter: `rule:${alert.rule}${alert.subject === null ? "" : ` subject:${quotedIn(alert.subject)}`}` })} onSilenceDuring={setSilencing} sources={sources} />
        <PanelTitle
          title={t("alerts.silence.title")}
          right={
            <Button look="ghost" icon={<Plus aria-hidden />} className="-mr-2.5" onClick={() => setSilencing({ filter: "" })}>
              {t("alerts.silence.new")}
            </Button>
          }
        />
        <Silences view={view} />
        <PanelTitle
          title={t("alerts.rules")}
          note={t("alerts.rulesNote", { on: format.integer(enabled) })}
          right={
            <Button look="ghost" icon={<Plus aria-hidden />} className="-mr-2.5" onClick={() => setWriting({ id: "", document: BLANK, known: false })}>
              {t("alerts.rule.new")}
            </Button>
          }
        />
        <Rules rules={view.rules} onOpen={(rule) => setWriting(opened(rule))} />
        <div className="mt-3" />
        <PanelTitle title={t("alerts.delivery")} />
        <DeliveryMatrix brief className="mb-4 w-full" />
      </aside>
      {writing !== null && <RuleDialog draft={writing} taken={view.rules.map((rule) => rule.id)} standing={standingOf(view.rules, writing.id)} onClose={() => (setWriting(null), query.rule !== undefined && go("alerts"))} />}
      {silencing !== null && <SilenceDialog given={silencing} onClose={() => setSilencing(null)} />}
      {snoozing !== null && <Snooze alerts={snoozing} onClose={() => setSnoozing(null)} onChoose={(minutes) => void snooze(minutes)} />}
    </div>
  );
}

function useHeading(rules: readonly RuleView[]): (line: Entry) => ReactNode | null {
  const { t } = useTranslation();
  const format = useFormat();
  const name = useRuleName(rules);
  return useCallback(
    (line) =>
      isHeading(line) ? (
        // At the foot of its line, so that it belongs to what is under it and not to the row above.
        <span className="flex h-full items-end gap-2 border-t border-line-strong bg-surface px-2 pb-1 pl-4 text-[12px] text-ink-2">
          <SeverityMark severity={line.severity} word={false} />
          <span className="font-[580]">{name(line.heading)}</span>
          <span className="num text-ink-3">{t("alerts.group", { n: format.integer(line.alerts.length) })}</span>
        </span>
      ) : null,
    [t, format, name],
  );
}

/** Characters of a name that the state makes room for. */
const NAME = 24;

function useColumns(tab: AlertState, chosen: ReadonlySet<string>, toggle: (id: string) => void): readonly Column<Entry>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const { several } = useSources();
  return useMemo(() => {
    const of = (cell: (alert: AlertView) => ReactNode) => (line: Entry) => (isHeading(line) ? null : cell(line));
    const holds = (text: (alert: AlertView) => string | null) => (line: Entry) => (isHeading(line) ? null : text(line));
    const age = widestAge(format);
    const stateText = (alert: AlertView) => {
      switch (alert.state) {
        case "firing":
          return t("alerts.lasting", { age });
        case "acknowledged":
          return t("alerts.acknowledgedBy", { who: (alert.acknowledged_by ?? "").slice(0, NAME) });
        case "snoozed":
          return t("alerts.snoozedUntil", { time: format.minute(alert.snoozed_until ?? 0) });
        case "resolved":
          return t("alerts.resolvedAgo", { age });
      }
    };
    return [
      {
        id: "select",
        header: <span className="sr-only">{t("alerts.selectColumn")}</span>,
        width: "38px",
        className: "!pr-0",
        cell: of((alert) =>
          tab === "resolved" ? null : <Tick label={t("alerts.select", { title: alert.label })} checked={chosen.has(alert.id)} onChange={() => toggle(alert.id)} />,
        ),
      },
      { id: "severity", header: t("alerts.column.severity"), beside: 22, spare: 2, holds: holds((alert) => t(`common.severity.${alert.severity}`)), cell: of((alert) => <SeverityMark severity={alert.severity} className={cx("align-middle", tab === "resolved" && "!text-ink-3")} />) },
      { id: "severity-mark", header: <span className="sr-only">{t("alerts.column.severity")}</span>, width: "36px", instead: "severity", cell: of((alert) => <SeverityMark severity={alert.severity} word={false} className={cx("align-middle", tab === "resolved" && "!text-ink-3")} />) },
      { id: "title", header: t("alerts.column.title"), width: "minmax(320px, 2fr)", cell: of((alert) => <Title alert={alert} />) },
      { id: "count", header: t("alerts.column.count"), align: "end", spare: 1, className: "text-ink-2", holds: holds((alert) => (alert.count > 1 ? t("alerts.times", { n: format.integer(alert.count) }) : null)), cell: of((alert) => (alert.count > 1 ? t("alerts.times", { n: format.integer(alert.count) }) : null)) },
      { id: "state", header: t("alerts.column.state"), beside: 20, spare: 1, className: "text-ink-2", holds: holds(stateText), cell: of((alert) => <StateText alert={alert} />) },
      { id: "about", header: t("alerts.about"), width: "minmax(140px, 0.8fr)", spare: 3, className: "font-mono text-[12px] text-ink-3", holds: holds((alert) => codeIn(alert.subject)), cell: of((alert) => alert.subject !== null && <span title={alert.subject}>{alert.subject}</span>) },
      ...(several ? [{ id: "source", header: t("alerts.column.source"), width: "minmax(96px, 0.6fr)", spare: 4, className: "text-ink-2", cell: of((alert: AlertView) => alert.source !== null && <SourceName id={alert.source} />) }] : []),
      { id: "first", header: t("alerts.first"), align: "end", spare: 5, className: "text-ink-3", holds: holds((alert) => format.dateTime(alert.first_at, coreNow())), cell: of((alert) => format.dateTime(alert.first_at, coreNow())) },
      { id: "age", header: t("alerts.column.age"), align: "end", holds: () => widestAge(format), cell: (line, above) => isHeading(line) ? null : <Age at={line.last_at} above={above === undefined || isHeading(above) ? null : above.last_at} /> },
    ];
  }, [t, format, tab, chosen, toggle, several]);
}

function Title({ alert }: { alert: AlertView }) {
  const words = useAlertText();
  const text = words({ ...alert, count: 1 });
  const parts = text.parts.map((part) => (
    <span key={part} className="text-ink-2">
      {part}
    </span>
  ));
  const title = (
    <span key="title" className={alert.state === "firing" ? "font-[540]" : undefined}>
      {text.title}
    </span>
  );
  return <Line parts={[title, ...parts]} title={joined([text.title, ...text.parts])} />;
}

function StateText({ alert }: { alert: AlertView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const lasting = useClock((now) => format.age(now - alert.first_at));
  const resolved = useClock((now) => (alert.resolved_at === null ? null : format.age(now - alert.resolved_at)));
  const until = useClock((now) => (alert.snoozed_until === null ? null : format.dateTime(alert.snoozed_until, now)));
  switch (alert.state) {
    case "firing":
      return <span className="num inline-flex items-center gap-1.5 align-middle"><Bell aria-hidden className="size-3.5 text-ink-3" />{t("alerts.lasting", { age: lasting })}</span>;
    case "acknowledged":
      return alert.acknowledged_by === null ? null : <span title={alert.acknowledged_by}>{t("alerts.acknowledgedBy", { who: alert.acknowledged_by })}</span>;
    case "snoozed":
      return alert.snoozed_until === null ? null : <span className="num" title={until ?? undefined}>{t("alerts.snoozedUntil", { time: format.minute(alert.snoozed_until) })}</span>;
    case "resolved":
      return resolved === null ? null : <span className="num">{t("alerts.resolvedAgo", { age: resolved })}</span>;
  }
}
