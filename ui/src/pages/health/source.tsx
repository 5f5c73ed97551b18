// One source: its honest state and what to do about it, its connection over time, its counters, and behind a click its outages and safe positions.

import { ChevronRight, CircleSlash, Clock3, KeyRound, RefreshCw } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SourceHealth } from "@/bindings/SourceHealth";
import { isSpoken } from "@/dialects";
import { useClock, useFormat, useToday } from "@/format";
import { useHost, useLive } from "@/live";
import { Button, cx, LinkMark, linkTone, ProgressBar, SourceMark, Ticking, toneInk, useProgress, useProgressText } from "@/parts";
import { toast } from "@/parts/notice";
import { go } from "@/route";
import { errorDetail, errorText, joined, useLinkReason, useWord } from "@/text";
import { Clock, Facts } from "./facts";
import { outages } from "./strip";
import { type Range, Timeline } from "./timeline";

/** A clock this far off is said in a sentence, ms. */
const SKEW = 5_000;

export function SourceCard({ source, range }: { source: SourceHealth; range: Range }) {
  const { t } = useTranslation();
  const { state } = source;
  const why = useLinkReason()(state);
  const todo = useTodo(source);
  return (
    <article id={`source-${source.id}`} aria-label={source.name} tabIndex={-1} data-inset-focus className="border-b border-line px-4 pt-3 pb-3">
      <div className="flex min-h-[26px] items-center gap-2.5">
        <SourceMark colour={source.colour} />
        <h3 className="max-w-[46%] flex-none truncate">{source.name}</h3>
        <LinkMark state={state} className="flex-none font-[520]" />
        {source.dialect !== "" && <span className="flex-none rounded bg-raised px-1.5 text-[11px] text-ink-2">{isSpoken(source.dialect) ? t(`sources.dialect.${source.dialect}.title`) : source.dialect}</span>}
        <code className="min-w-0 truncate font-mono text-[12px] text-ink-3">{source.url}</code>
        <Act source={source} />
      </div>
      {state.kind === "catching_up" && <Missed id={source.id} name={source.name} />}
      {why !== null && <p className={cx("mt-1 break-words", toneInk(linkTone(state)))}>{why}</p>}
      {todo !== null && <p className="num mt-0.5 text-ink-2">{todo}</p>}
      {Math.abs(source.skew_ms ?? 0) >= SKEW && (
        <p className="num mt-1 flex items-center gap-1.5 text-warn">
          <Clock3 aria-hidden className="size-3.5 flex-none" />
          <span>
            {t("health.skew")} <Clock source={source} /> <span className="text-ink-2">· {t("health.skewSafe")}</span>
          </span>
        </p>
      )}
      {source.denied.length > 0 && (
        <p className="mt-1 flex gap-1.5 break-words text-warn">
          <CircleSlash aria-hidden className="mt-[3px] size-3.5 flex-none" />
          <span>
            {t("health.denied", { count: source.denied.length, n: source.denied.length })} <span className="text-ink-2">{joined(source.denied.map((one) => `${one.channel}: ${one.detail}`))}</span>
          </span>
        </p>
      )}
      {source.store_error !== null && <p className="mt-1 break-words text-crit">{t("health.storeRefuses", { error: source.store_error })}</p>}
      <Timeline source={source} range={range} />
      <Facts source={source} />
      <Account source={source} />
      <More source={source} />
    </article>
  );
}

/** What happens next and what a person can do; null where all goes well. */
function useTodo({ state }: SourceHealth): string | null {
  const { t } = useTranslation();
  const format = useFormat();
  const polled = useClock((now) =>
    state.kind !== "polling" ? null : [state.last_at === null ? null : t("health.todo.asked", { age: format.age(now - state.last_at) }), t("health.todo.polling", { age: format.age(Math.max(0, state.next_try_at - now)) })].filter((part) => part !== null).join(" "),
  );
  switch (state.kind) {
    case "live":
    case "partly":
    case "connecting":
    case "catching_up":
      return null;
    case "polling":
      return polled;
    case "paused":
    case "unconfirmed":
    case "stale":
    case "silent":
    case "upstream_down":
    case "offline":
    case "needs_login":
    case "refused":
      return t(`health.todo.${state.kind}`);
  }
}

/** Where everything that was received went: one line that adds up. */
function Account({ source }: { source: SourceHealth }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const n = (value: number) => format.integer(value);
  const parts = { received: n(source.received), stored: n(source.stored), duplicates: n(source.duplicates), aside: n(source.set_aside), waiting: n(source.waiting) };
  const since = useLive((live) => live.frame?.sources.find((each) => each.id === source.id)?.covers_since ?? null);
  return (
    <p className="num mt-2 text-[12px] text-ink-3">
      {t("health.account", parts)}
      {source.left_out > 0 && <span className="text-warn"> · {t("health.leftOut", { count: source.left_out, n: n(source.left_out) })}</span>}
      {since !== null && <span className="text-warn"> · {t("health.wholeSince", { time: format.dateTime(since, today) })}</span>}
    </p>
  );
}

/** How far it is with what it missed. */
function Missed({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const value = useProgress(id);
  const said = useProgressText();
  if (value === null) return null;
  return (
    <p className="num mt-2 flex items-center gap-3 text-ink-2">
      <ProgressBar value={value} label={t("parts.progress.one", { name })} className="h-1.5 min-w-24 flex-1" />
      <span className="flex-none">{t("health.progress", { done: format.integer(value.done), total: format.integer(value.total) })}</span>
      <span className="flex-none text-ink-3">{said(value)}</span>
    </p>
  );
}

function Act({ source }: { source: SourceHealth }) {
  const { t } = useTranslation();
  const host = useHost();
  const [busy, setBusy] = useState(false);
  const { kind } = source.state;
  const toSettings = () => go("settings", { source: source.id });
  if (kind === "needs_login")
    return (
      <Button look="primary" className="ml-auto" icon={<KeyRound aria-hidden />} onClick={toSettings}>
        {t("frame.sources.login")}
      </Button>
    );
  if (kind === "paused")
    return (
      <Button className="ml-auto" onClick={toSettings}>
        {t("health.toSettings")}
      </Button>
    );
  const reconnect = async () => {
    setBusy(true);
    try {
      await host.call("reconnect", { source: source.id });
      toast(t("health.reconnecting"));
    } catch (thrown) {
      toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown));
    } finally {
      setBusy(false);
    }
  };
  const calm = kind === "live" || kind === "catching_up";
  return (
    <Button look={calm ? "ghost" : "plain"} className={cx("ml-auto", calm && "-mr-2.5")} disabled={busy} icon={<RefreshCw aria-hidden />} onClick={() => void reconnect()}>
      {t("health.reconnect")}
    </Button>
  );
}

type Part = "outages" | "positions";

function More({ source }: { source: SourceHealth }) {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const [open, setOpen] = useState<Part | null>(null);
  const away = outages(source.timeline);
  const positions = Object.entries(source.positions).sort(([a], [b]) => a.localeCompare(b));
  const fold = (part: Part, title: string, note: string) => (
    <button type="button" aria-expanded={open === part} aria-controls={id} onClick={() => setOpen(open === part ? null : part)} className="-mx-1 inline-flex h-6 items-center gap-1 rounded px-1 text-ink-2 hover:bg-raised">
      <ChevronRight aria-hidden className={cx("size-3.5 transition-transform", open === part && "rotate-90")} />
      {title} <span className="num text-ink-3">{note}</span>
    </button>
  );
  if (away.length === 0 && positions.length === 0) return null;
  return (
    <div className="mt-1.5">
      <div className="flex gap-5">
        {away.length > 0 && fold("outages", t("health.outages"), format.integer(away.length))}
        {positions.length > 0 && fold("positions", t("health.positions"), t("health.positionsNote", { count: positions.length, n: format.integer(positions.length) }))}
      </div>
      <div id={id} className={open === null ? undefined : "mt-1"}>
        {open === "outages" && <Outages of={away} />}
        {open === "positions" && (
          <dl className="grid grid-cols-[repeat(auto-fill,minmax(230px,1fr))] gap-x-6 pl-4 font-mono text-[12px]">
            {positions.map(([channel, position]) => (
              <div key={channel} className="flex h-6 items-center justify-between gap-3 border-b border-line/55">
                <dt className="truncate text-ink-2">{channel}</dt>
                <dd className="truncate text-ink-3" title={position}>
                  {position}
                </dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </div>
  );
}

/** Each loss of the connection, in words. */
function Outages({ of: all }: { of: ReturnType<typeof outages> }) {
  const { t } = useTranslation();
  const today = useToday();
  const format = useFormat();
  const word = useWord();
  return (
    <ul className="pl-4">
      {all.map((each) => {
        const why = [each.waited === null ? null : word("linkShort", each.waited), each.cause === null ? null : word("cause", each.cause), each.detail === "" ? null : each.detail].filter((part) => part !== null);
        return (
          <li key={each.from} className="num grid min-h-6 grid-cols-[176px_84px_minmax(0,1fr)_auto] items-center gap-3 border-b border-line/55 text-[12px]">
            <span className="text-ink-2">
              {format.dateTime(each.from, today)} – {each.to === null ? t("health.stripNow") : format.time(each.to)}
            </span>
            <span className="text-right font-[540]"><Ticking text={(now) => format.duration((each.to ?? now) - each.from)} /></span>
            <span className="truncate text-ink-2" title={joined(why)}>
              {joined(why)}
            </span>
            <span className="text-ink-3">{each.tries > 0 ? t("health.tries", { n: format.integer(each.tries) }) : ""}</span>
          </li>
        );
      })}
    </ul>
  );
}
