// The top bar: what the sources are doing, in words and colour; the way to search; whether what you see is live; the sound.

import { Activity, BellOff, CloudDownload, KeyRound, Radio, Search, Unplug, Volume2, VolumeX } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { SourceStatus } from "@/bindings/SourceStatus";
import { useClock, useFormat, useToday } from "@/format";
import { useHost, useLive } from "@/live";
import { Button, cx, IconButton, Line, LinkMark, linkTone, Popover, PopoverClose, ProgressBar, SourceMark, StateDot, toneFill, toneInk, useProgress, useProgressText } from "@/parts";
import { toast } from "@/parts/notice";
import { go } from "@/route";
import { useSettings } from "@/settings";
import { DOT, errorDetail, errorText, joined, useLinkReason, useLinkText, useWord } from "@/text";

/** Worst first: the one that needs a person must be the one in the bar. */
const TONE_ORDER = ["crit", "warn", "info", "dim", "good"] as const;

export function worstFirst(sources: readonly SourceStatus[]): SourceStatus[] {
  return [...sources].sort((a, b) => TONE_ORDER.indexOf(linkTone(a.state)) - TONE_ORDER.indexOf(linkTone(b.state)));
}

export function TopBar({ onPalette }: { onPalette: () => void }) {
  const { t } = useTranslation();
  return (
    <header className="flex h-11 flex-none items-center gap-3 border-b border-line px-4">
      <Sources />
      <button
        type="button"
        onClick={onPalette}
        className="ml-auto flex h-7 w-[300px] min-w-[44px] shrink items-center gap-2 rounded-md border border-line bg-panel px-[9px] text-ink-3 hover:border-line-strong"
      >
        <Search aria-hidden className="size-3.5 flex-none" />
        <span className="truncate">{t("frame.search")}</span>
        <kbd aria-hidden className="ml-auto hidden font-mono text-[11px] whitespace-nowrap lg:inline">
          Ctrl K
        </kbd>
      </button>
      <LiveMark />
      <DesktopQuiet />
      <Mute />
    </header>
  );
}

/** Latency and age of the last event, as far as known. */
function useFacts(): (source: SourceStatus, now: number) => readonly string[] {
  const { t } = useTranslation();
  const format = useFormat();
  return (source, now) => {
    const age = source.last_event_at === null ? null : now - source.last_event_at;
    const last = age === null ? t("frame.sources.lastNone") : age < 2_000 ? t("frame.sources.lastNow") : t("frame.sources.last", { age: format.age(age) });
    return source.latency_ms === null ? [last] : [t("frame.sources.latency", { ms: format.duration(source.latency_ms) }), last];
  };
}

function Sources() {
  const { t } = useTranslation();
  const facts = useFacts();
  const linkText = useLinkText();
  const reason = useLinkReason();
  const sources = useLive((live) => live.frame?.sources);
  const core = useLive((live) => live.core);
  const [first, ...rest] = worstFirst(sources ?? []);
  const said = useClock((now) => (first === undefined ? "" : linkText(first.state, now)));
  const told = useClock((now) => (first === undefined ? "" : joined(facts(first, now))));
  if (sources === undefined) return <span className="text-ink-3">{t("frame.starting")}</span>;
  if (first === undefined) return <span className="text-ink-2">{t("frame.sources.none")}</span>;
  const known = core.kind !== "unreachable";
  const tone = known ? linkTone(first.state) : "dim";
  const why = first.state.kind === "polling" && known ? reason(first.state) : null;
  return (
    <div className="flex min-w-0 items-center gap-3">
      <Popover
        label={t("frame.sources.title")}
        width={440}
        trigger={
          <button type="button" className="-mx-2 flex h-8 min-w-0 items-center gap-2 rounded-md px-2 hover:bg-raised">
            <StateDot tone={tone} />
            {rest.length > 0 && <SourceMark colour={first.colour} />}
            <b className="max-w-[180px] flex-none truncate font-[560]">{first.name}</b>
            <span className={cx("num whitespace-nowrap", toneInk(tone))}>{known ? said : t("frame.sources.unknown")}</span>
            <Line parts={why ?? told.split(DOT)} title={why ?? undefined} className="text-left text-ink-3 max-md:hidden" />
            {rest.length > 0 && <Others sources={rest} known={known} />}
          </button>
        }
      >
        <ul className="max-h-[70vh] divide-y divide-line overflow-y-auto">
          {[first, ...rest].map((source) => (
            <SourceLine key={source.id} source={source} />
          ))}
        </ul>
        <div className="border-t border-line px-1.5 py-1">
          <PopoverClose asChild>
            <Button look="ghost" icon={<Activity aria-hidden />} onClick={() => go("health")}>
              {t("frame.page.health")}
            </Button>
          </PopoverClose>
        </div>
      </Popover>
      {known && first.state.kind === "needs_login" && (
        <Button look="primary" icon={<KeyRound aria-hidden />} onClick={() => go("settings", { source: first.id })}>
          {t("frame.sources.login")}
        </Button>
      )}
      {known && <CatchingUp />}
    </div>
  );
}

/** The states of the other sources as dots, and in words for those who do not see them. */
function Others({ sources, known }: { sources: readonly SourceStatus[]; known: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const said = sources.map((source) => `${source.name}: ${word("linkShort", source.state.kind)}`).join(", ");
  return (
    <span className="num flex flex-none items-center gap-[7px] rounded bg-raised px-1.5 py-0.5 text-ink-2" title={said}>
      <span aria-hidden>+{format.integer(sources.length)}</span>
      <span aria-hidden className="flex items-center gap-[3px]">
        {known && sources.slice(0, 6).map((source) => <i key={source.id} className={cx("tint size-1.5 rounded-full", toneFill(linkTone(source.state)))} />)}
      </span>
      <span className="sr-only">{t("parts.link.others", { states: said })}</span>
    </span>
  );
}

/** How far the sources are with what they missed, all together. */
function CatchingUp() {
  const { t } = useTranslation();
  const format = useFormat();
  const value = useProgress();
  const pace = useProgressText();
  const n = useLive((live) => Object.keys(live.catchUps).length);
  if (value === null) return null;
  const counts = t("health.progress", { done: format.integer(value.done), total: format.integer(value.total) });
  return (
    <span className="num hidden flex-none items-center gap-2 text-info md:flex" title={joined([t("parts.progress.sources", { count: n, n: format.integer(n) }), counts, pace(value)])}>
      <CloudDownload aria-hidden className="size-3.5 flex-none" />
      <ProgressBar value={value} label={t("parts.progress.all")} className="h-1.5 w-20" />
      {n > 1 && <span>{counts}</span>}
      {n === 1 && value.rate !== null && <span className="hidden text-ink-3 lg:inline">{t("parts.progress.rate", { n: format.integer(Math.round(value.rate)) })}</span>}
    </span>
  );
}

function SourceLine({ source }: { source: SourceStatus }) {
  const { t } = useTranslation();
  const format = useFormat();
  const facts = useFacts();
  const told = useClock((now) => joined(facts(source, now)));
  const reason = useLinkReason();
  const progress = useProgress(source.id);
  const pace = useProgressText();
  const host = useHost();
  const { state } = source;
  const why = reason(state);
  const reconnect = () => host.call("reconnect", { source: source.id }).catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown)));
  return (
    <li className="flex flex-col gap-0.5 px-3 py-2.5">
      <span className="flex items-center gap-2">
        <SourceMark colour={source.colour} />
        <b className="truncate font-[560]">{source.name}</b>
        {source.demo && <span className="rounded bg-raised px-1.5 text-[11px] text-ink-2">{t("frame.sources.demo")}</span>}
        <LinkMark state={state} className="ml-auto" />
      </span>
      {source.url !== "" && <span className="truncate font-mono text-[11px] text-ink-3">{source.url}</span>}
      {progress !== null && (
        <span className="num mt-1 mb-0.5 flex items-center gap-3 text-ink-2">
          <ProgressBar value={progress} label={t("parts.progress.one", { name: source.name })} className="h-1.5 flex-1" />
          <span className="flex-none">{pace(progress) === "" ? format.percent(progress.share) : pace(progress)}</span>
        </span>
      )}
      <span className="num text-ink-3">{told}</span>
      {why !== null && <span className="mt-0.5 break-words text-ink-2">{why}</span>}
      {(state.kind === "offline" || state.kind === "stale" || state.kind === "silent" || state.kind === "refused" || state.kind === "polling") && (
        <span className="mt-1.5">
          <Button onClick={reconnect}>{t("frame.sources.reconnect")}</Button>
        </span>
      )}
      {state.kind === "needs_login" && (
        <span className="mt-1.5">
          <PopoverClose asChild>
            <Button look="primary" icon={<KeyRound aria-hidden />} onClick={() => go("settings", { source: source.id })}>
              {t("frame.sources.login")}
            </Button>
          </PopoverClose>
        </span>
      )}
    </li>
  );
}

/** Whether the window itself is current: about the core behind it, not about the links. */
function LiveMark() {
  const { t } = useTranslation();
  const format = useFormat();
  const core = useLive((live) => live.core);
  const silent = useClock((now) => (core.kind === "unreachable" ? format.age(now - core.since) : null));
  // With a source that is away, green would say too much.
  const whole = useLive((live) => live.frame?.sources.every((source) => source.state.kind === "live" || source.state.kind === "paused") ?? true);
  const box = "flex h-7 flex-none items-center gap-1.5 rounded-md px-2.5 whitespace-nowrap";
  switch (core.kind) {
    case "starting":
      return <span className="px-1 whitespace-nowrap text-ink-2">{t("frame.starting")}</span>;
    case "following":
      return (
        // Words and no box: a box would look like a button, and there is nothing to press.
        <span className={cx("flex h-7 flex-none items-center gap-1.5 px-1 whitespace-nowrap", whole ? "text-ink" : "text-ink-2")}>
          <Radio aria-hidden className={cx("size-3.5", whole ? "text-good" : "text-ink-3")} />
          {t("frame.live")}
        </span>
      );
    case "unreachable":
      return (
        <span role="status" title={core.message} className={cx(box, "num bg-crit-soft text-crit")}>
          <Unplug aria-hidden className="size-3.5" />
          {t("frame.coreGoneFor", { age: silent })}
        </span>
      );
  }
}

/** That the desktop asks for quiet, where that is heeded: otherwise nobody would know why nothing is heard. It leads to where it is set. */
function DesktopQuiet() {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const { settings } = useSettings();
  const since = useLive((live) => (live.frame?.desktop_quiet.kind === "on" ? live.frame.desktop_quiet.since : null));
  if (since === null || settings.ignore_do_not_disturb) return null;
  const said = t("frame.desktopQuiet", { time: format.dayMinute(since, today) });
  return (
    <button type="button" title={said} aria-label={said} onClick={() => go("settings", { section: "delivery" })} className="num flex h-7 flex-none items-center gap-1.5 rounded-md px-2 whitespace-nowrap text-warn hover:bg-raised">
      <BellOff aria-hidden className="size-3.5" />
      <span className="max-md:hidden">{t("frame.desktopQuietShort")}</span>
    </button>
  );
}

function Mute() {
  const { t } = useTranslation();
  const { settings, save } = useSettings();
  const muted = useLive((live) => live.frame?.muted) ?? settings.muted;
  const toggle = () => save({ muted: !muted }).catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown)));
  return (
    <IconButton label={muted ? t("frame.unmute") : t("frame.mute")} pressed={muted} onClick={toggle} className={muted ? "text-warn" : undefined}>
      {muted ? <VolumeX aria-hidden /> : <Volume2 aria-hidden />}
    </IconButton>
  );
}
