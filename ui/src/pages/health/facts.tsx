// The counters of one source. Zero is quiet; what should be zero and is not has a colour.

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SourceHealth } from "@/bindings/SourceHealth";
import { useFormat } from "@/format";
import { cx, Ticking } from "@/parts";

export function Facts({ source }: { source: SourceHealth }) {
  const { t } = useTranslation();
  const format = useFormat();
  const count = (n: number, tone?: string) => ({ value: format.integer(n), tone: n === 0 ? "text-ink-3" : tone });
  const rate = source.rate >= 100 ? format.integer(Math.round(source.rate)) : format.number(Math.round(source.rate * 10) / 10);
  const since = source.connected_since;
  const open = source.gaps - source.gaps_filled;
  return (
    <dl className="mt-2 grid grid-cols-[repeat(auto-fill,minmax(104px,1fr))] gap-x-4 gap-y-2">
      <Fact name={t("health.fact.rate")} value={`${rate} ${t("health.perSecond")}`} tone={source.rate === 0 ? "text-ink-3" : undefined} />
      <Fact name={t("health.fact.received")} {...count(source.received)} />
      <Fact name={t("health.fact.duplicates")} {...count(source.duplicates)} hint={t("health.hint.duplicates")} />
      <Fact name={t("health.fact.copies")} {...count(source.copies)} hint={t("health.hint.copies")} />
      <Fact name={t("health.fact.malformed")} {...count(source.malformed, "text-warn")} />
      <Fact name={t("health.fact.gaps")} value={source.gaps === 0 ? "0" : open === 0 ? t("health.gapsAllFilled", { n: format.integer(source.gaps) }) : t("health.gapsOpen", { n: format.integer(source.gaps), open: format.integer(open) })} tone={source.gaps === 0 ? "text-ink-3" : open > 0 ? "text-warn" : undefined} />
      <Fact name={t("health.fact.reconnects")} {...count(source.reconnects)} />
      <Fact name={t("health.fact.bytes")} value={format.bytes(source.bytes)} tone={source.bytes === 0 ? "text-ink-3" : undefined} />
      <Queue source={source} />
      <Fact name={t("health.fact.roundTrip")} value={source.round_trip_ms === null ? "—" : format.duration(source.round_trip_ms)} tone={source.round_trip_ms === null ? "text-ink-3" : undefined} hint={t("health.hint.roundTrip")} />
      <Fact name={t("health.fact.clock")} value={<ClockSign source={source} />} tone={source.skew_ms === null ? "text-ink-3" : undefined} hint={t("health.hint.clock")} />
      <Fact name={t("health.fact.connected")} value={since === null ? "—" : <Ticking text={(now) => format.duration(now - since)} />} tone={source.connected_since === null ? "text-ink-3" : undefined} />
    </dl>
  );
}

function Fact({ name, value, tone, hint, children }: { name: string; value: ReactNode; tone?: string | undefined; hint?: string; children?: ReactNode }) {
  return (
    <div className="min-w-0" title={hint}>
      <dt className="truncate text-[11.5px] text-ink-3">{name}</dt>
      <dd className={cx("num truncate text-[14px] leading-[1.35] font-[520]", tone)}>
        {value}
        {children}
      </dd>
    </div>
  );
}

/** Deliveries that wait to be stored, of the most that may. Their bytes have no room here, and stand in the hint. */
function Queue({ source }: { source: SourceHealth }) {
  const { t } = useTranslation();
  const format = useFormat();
  const share = source.queue_capacity === 0 ? 0 : Math.min(1, source.queue / source.queue_capacity);
  return (
    <Fact
      name={t("health.fact.queue")}
      hint={t("health.hint.queue", { n: format.integer(source.queue), most: format.integer(source.queue_capacity), bytes: format.bytes(source.waiting_bytes) })}
      value={t("health.queueOf", { n: format.integer(source.queue), most: format.integer(source.queue_capacity) })}
      tone={share >= 0.9 ? "text-warn" : source.queue === 0 ? "text-ink-3" : undefined}
    >
      <span aria-hidden className="mt-0.5 block h-[3px] overflow-hidden rounded-full bg-raised">
        <i className={cx("block h-full", share >= 0.9 ? "bg-warn" : "bg-accent")} style={{ width: `${share * 100}%` }} />
      </span>
    </Fact>
  );
}

/** `+180 ms ±12 ms`. */
function ClockSign({ source }: { source: SourceHealth }) {
  const format = useFormat();
  if (source.skew_ms === null) return "—";
  const sign = Math.round(source.skew_ms) === 0 ? "" : source.skew_ms > 0 ? "+" : "−";
  return (
    <>
      {sign}
      {format.duration(Math.abs(source.skew_ms))}
      {source.skew_error_ms !== null && <small className="text-[11px] font-[450] text-ink-3"> ±{format.duration(source.skew_error_ms)}</small>}
    </>
  );
}

/** `2 h ahead ±0.5 s`. */
export function Clock({ source }: { source: Pick<SourceHealth, "skew_ms" | "skew_error_ms"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (source.skew_ms === null) return "—";
  const error = source.skew_error_ms === null ? "" : ` ±${format.duration(source.skew_error_ms)}`;
  const away = Math.abs(source.skew_ms);
  const said = t(source.skew_ms > 0 ? "health.clockAhead" : "health.clockBehind", { by: format.duration(away) });
  return (
    <>
      {said}
      <small className="text-[11px] font-[450] text-ink-3">{error}</small>
    </>
  );
}
