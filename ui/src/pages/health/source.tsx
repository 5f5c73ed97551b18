// One source: its honest state, its connection over the last hour, its counters, and the positions that are safe.

import { ChevronRight, RefreshCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import type { SourceHealth } from "@/bindings/SourceHealth";
import { useFormat, useNow } from "@/format";
import { CommandError } from "@/host";
import { useHost, useLive } from "@/live";
import { Button, cx, linkTone, StateDot, type Tone, toneInk } from "@/parts";
import { useLinkReason, useLinkText, useWord } from "@/text";
import { connectedShare, segments, span } from "./strip";

const FILLS: Record<Tone, string> = { good: "var(--good)", info: "var(--info)", warn: "var(--warn)", crit: "var(--crit)", dim: "var(--line-strong)" };

export function SourceCard({ source }: { source: SourceHealth }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const linkText = useLinkText();
  const latency = useLive((live) => live.frame?.sources.find((each) => each.id === source.id)?.latency_ms ?? null);
  const { state } = source;
  const why = useLinkReason()(state);
  return (
    <article aria-label={source.name} className="border-b border-line px-4 pt-3 pb-3">
      <div className="flex min-h-[26px] items-center gap-2.5">
        <StateDot tone={linkTone(state)} />
        <h2 className="truncate">{source.name}</h2>
        <span className={cx("num flex-none", toneInk(linkTone(state)))}>{linkText(state, now)}</span>
        <code className="min-w-0 truncate font-mono text-[12px] text-ink-3">{source.url}</code>
        <Reconnect source={source} />
      </div>
      {why !== null && <p className={cx("mt-1 break-words", toneInk(linkTone(state)))}>{t("health.why", { cause: why })}</p>}
      {state.kind === "paused" && <p className="mt-1 text-ink-3">{t("health.paused")}</p>}
      <Strip source={source} />
      <dl className="mt-2.5 flex flex-wrap gap-x-7 gap-y-1.5">
        <Fact name={t("health.fact.received")} value={format.integer(source.received)} />
        <Fact name={t("health.fact.duplicates")} value={format.integer(source.duplicates)} />
        <Fact name={t("health.fact.malformed")} value={format.integer(source.malformed)} tone={source.malformed > 0 ? "text-warn" : undefined} />
        <Fact name={t("health.fact.reconnects")} value={format.integer(source.reconnects)} />
        <Fact name={t("health.fact.bytes")} value={format.bytes(source.bytes)} />
        <Fact name={t("health.fact.latency")} value={latency === null ? "—" : format.duration(latency)} />
      </dl>
      <Positions positions={source.positions} />
    </article>
  );
}

function Fact({ name, value, tone }: { name: string; value: ReactNode; tone?: string }) {
  return (
    <div className="min-w-[56px]">
      <dt className="text-[11.5px] text-ink-3">{name}</dt>
      <dd className={cx("num text-[15px] leading-tight font-[540]", tone)}>{value}</dd>
    </div>
  );
}

function Reconnect({ source }: { source: SourceHealth }) {
  const { t } = useTranslation();
  const host = useHost();
  const [busy, setBusy] = useState(false);
  if (source.state.kind === "paused") return null;
  const reconnect = async () => {
    setBusy(true);
    try {
      await host.call("reconnect", { source: source.id });
      toast(t("health.reconnecting"));
    } catch (thrown) {
      toast.error(t("frame.done.failed", { error: CommandError.from(thrown).message }));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button look={source.state.kind === "live" ? "ghost" : "plain"} className={cx("ml-auto", source.state.kind === "live" && "-mr-2.5")} disabled={busy} icon={<RefreshCw aria-hidden className={busy ? "animate-spin" : undefined} />} onClick={() => void reconnect()}>
      {t("health.reconnect")}
    </Button>
  );
}

function Strip({ source }: { source: SourceHealth }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const linkText = useLinkText();
  const word = useWord();
  const window = span(source.timeline, now);
  const all = segments(source.timeline, window);
  const share = connectedShare(all);
  const said = share === null ? "—" : format.percent(Math.floor(share * 1_000) / 1_000);
  return (
    <div className="mt-2.5">
      <svg role="img" aria-label={t("health.strip", { age: format.age(window.to - window.from), share: said })} viewBox="0 0 1000 16" preserveAspectRatio="none" className="h-4 w-full overflow-hidden rounded-[3px] bg-raised">
        {all.map((each) => (
          <rect key={`${each.step.at}-${each.state.kind}`} x={each.x * 1_000} y={0} width={Math.max(2, each.width * 1_000 - 0.8)} height={16} fill={FILLS[linkTone(each.state)]} opacity={each.state.kind === "live" ? 0.55 : 1}>
            <title>{[`${format.time(each.from)} – ${format.time(each.to)}`, linkText(each.state, each.to), each.step.cause === null ? null : word("cause", each.step.cause)].filter(Boolean).join("\n")}</title>
          </rect>
        ))}
      </svg>
      <div className="num mt-1 flex justify-between text-[11px] text-ink-3">
        <span>{format.minute(window.from)}</span>
        <span>{t("health.uptime", { share: said })}</span>
        <span>{t("health.stripNow")}</span>
      </div>
    </div>
  );
}

function Positions({ positions }: { positions: SourceHealth["positions"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const entries = Object.entries(positions).sort(([a], [b]) => a.localeCompare(b));
  if (entries.length === 0) return null;
  return (
    <details className="group mt-2">
      <summary className="-mx-1 inline-flex h-6 cursor-default list-none items-center gap-1 rounded px-1 text-ink-2 hover:bg-raised [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-3.5 transition-transform group-open:rotate-90" />
        {t("health.positions")} <span className="num text-ink-3">{t("health.positionsNote", { n: format.integer(entries.length) })}</span>
      </summary>
      <dl className="mt-1 grid grid-cols-[repeat(auto-fill,minmax(230px,1fr))] gap-x-6 pl-4 font-mono text-[12px]">
        {entries.map(([channel, position]) => (
          <div key={channel} className="flex h-6 items-center justify-between gap-3 border-b border-line/55">
            <dt className="truncate text-ink-2">{channel}</dt>
            <dd className="truncate text-ink-3" title={position}>
              {position}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
