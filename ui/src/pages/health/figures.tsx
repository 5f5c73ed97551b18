// Figures beside the sources: rate, store, what goes on inside, and in the demo the incidents.

import { Copy, FlaskConical, OctagonAlert } from "lucide-react";
import { memo, type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { HealthView } from "@/bindings/HealthView";
import { useFormat, useToday } from "@/format";
import { type Incident } from "@/host";
import { useHost } from "@/live";
import { Age, Button, SectionHeader } from "@/parts";
import { toast } from "@/parts/notice";
import { go } from "@/route";
import { errorDetail, errorText } from "@/text";
import { area } from "./strip";

export const Rate = memo(function Rate({ values }: { values: readonly number[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [pointed, setPointed] = useState<number | null>(null);
  const { line, fill, most } = useMemo(() => area(values), [values]);
  const number = (n: number) => (n >= 100 ? format.integer(Math.round(n)) : format.number(Math.round(n * 10) / 10));
  const at = pointed === null ? undefined : values[pointed];
  return (
    <section aria-label={t("health.rate")} className="border-b border-line pb-3">
      <SectionHeader title={t("health.rate")} note={at === undefined || pointed === null ? t("health.rateNote", { most: number(most) }) : t("health.rateAt", { age: format.age((values.length - 1 - pointed) * 1_000), n: number(at) })} />
      <svg
        role="img"
        aria-label={t("health.rateSummary", { most: number(most), now: number(values.at(-1) ?? 0) })}
        viewBox="0 0 1000 100"
        preserveAspectRatio="none"
        className="block h-[72px] w-full px-4"
        onPointerLeave={() => setPointed(null)}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setPointed(Math.min(values.length - 1, Math.max(0, Math.round(((event.clientX - box.left - 16) / (box.width - 32)) * (values.length - 1)))));
        }}
      >
        <polygon points={fill} fill="var(--accent)" opacity={0.14} />
        <polyline points={line} fill="none" stroke="var(--accent)" strokeWidth={1.4} strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
        <line x1={0} x2={1_000} y1={100} y2={100} stroke="var(--line-strong)" vectorEffect="non-scaling-stroke" />
        {pointed !== null && <line x1={(pointed / Math.max(1, values.length - 1)) * 1_000} x2={(pointed / Math.max(1, values.length - 1)) * 1_000} y1={0} y2={100} stroke="var(--ink-3)" vectorEffect="non-scaling-stroke" />}
      </svg>
    </section>
  );
});

export function Store({ store }: { store: HealthView["store"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const copy = () =>
    navigator.clipboard
      .writeText(store.path)
      .then(() => toast(t("health.pathCopied")))
      .catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: String(thrown) })));
  return (
    <section aria-label={t("health.store")} className="border-b border-line pb-3">
      <SectionHeader
        title={t("health.store")}
        right={
          <Button look="ghost" className="-mr-2.5" icon={<Copy aria-hidden />} onClick={() => void copy()}>
            {t("health.copyPath")}
          </Button>
        }
      />
      {store.error !== null && (
        <p role="alert" className="mx-4 mb-2 flex gap-2 rounded-md border border-crit bg-crit-soft px-2.5 py-1.5">
          <OctagonAlert aria-hidden className="mt-0.5 size-4 flex-none text-crit" />
          <span>
            <span className="text-crit">{t("health.storeError", { error: store.error })}</span> {t("health.storeSafe")}
          </span>
        </p>
      )}
      <Lines>
        <Line name={t("health.storeFact.events")}>{format.integer(store.events)}</Line>
        <Line name={t("health.storeFact.bytes")}>
          {format.bytes(store.bytes)}
          {store.events > 0 && <span className="text-ink-3"> · {t("health.storeFact.perEvent")} {format.bytes(store.bytes / store.events)}</span>}
        </Line>
        <Line name={t("health.storeFact.oldest")}>
          {store.oldest_at === null ? (
            "—"
          ) : (
            <>
              {format.dateTime(store.oldest_at, today)} <Age at={store.oldest_at} className="text-ink-3" />
            </>
          )}
        </Line>
        <Line name={t("health.storeFact.path")}>
          <code className="block truncate font-mono text-[12px] text-ink-2 [direction:rtl]" title={store.path}>
            <bdo dir="ltr">{store.path}</bdo>
          </code>
        </Line>
      </Lines>
    </section>
  );
}

const READERS = ["projections", "alerts", "feed", "decisions", "notifier"] as const;

export function Inside({ view }: { view: Pick<HealthView, "lag" | "decisions_queued" | "decisions_failed"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const decisions = (n: number, tone: string) =>
    n === 0 ? (
      <span className="text-ink-3">0</span>
    ) : (
      <span className={tone}>
        {format.integer(n)}{" "}
        <Button look="ghost" className="!h-5 !px-1.5" onClick={() => go("approvals")}>
          {t("health.see")}
        </Button>
      </span>
    );
  return (
    <section aria-label={t("health.inside")} className="border-b border-line pb-3">
      <SectionHeader title={t("health.inside")} />
      <Lines>
        {Object.entries(view.lag).map(([reader, behind]) => {
          const known = READERS.find((each) => each === reader);
          return (
            <Line key={reader} name={known === undefined ? reader : t(`health.lag.${known}`)}>
              {behind === 0 ? <span className="text-ink-3">{t("health.lagNone")}</span> : <span className={behind > 1_000 ? "text-warn" : undefined}>{t("health.lagBehind", { n: format.integer(behind) })}</span>}
            </Line>
          );
        })}
        <Line name={t("health.queued")}>{decisions(view.decisions_queued, "text-info")}</Line>
        <Line name={t("health.failed")}>{decisions(view.decisions_failed, "text-crit")}</Line>
      </Lines>
    </section>
  );
}

function Lines({ children }: { children: ReactNode }) {
  return <dl className="px-4">{children}</dl>;
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-6 items-center justify-between gap-4">
      <dt className="flex-none text-ink-2">{name}</dt>
      <dd className="num min-w-0 text-right">{children}</dd>
    </div>
  );
}

const INCIDENTS: readonly Incident[] = ["printer_down", "feed_cut", "low_stock", "refund_large", "approval_burst"];

export function Demo() {
  const { t } = useTranslation();
  const host = useHost();
  const [busy, setBusy] = useState<Incident | null>(null);
  const play = async (name: Incident) => {
    setBusy(name);
    try {
      await host.call("incident", { name });
      toast(t("health.demoDone", { name: t(`frame.palette.incident.${name}`) }));
    } catch (thrown) {
      toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown));
    } finally {
      setBusy(null);
    }
  };
  return (
    <section aria-label={t("health.demo")} className="m-4 rounded-md border border-dashed border-line-strong px-3 pt-2.5 pb-2">
      <h2 className="flex items-center gap-2">
        <FlaskConical aria-hidden className="size-4 text-ink-3" />
        {t("health.demo")} <span className="min-w-0 truncate font-[450] text-ink-3">{t("health.demoNote")}</span>
      </h2>
      <p className="mt-1 mb-1.5 text-ink-2">{t("health.demoText")}</p>
      <ul>
        {INCIDENTS.map((name) => (
          <li key={name} className="flex min-h-8 items-center gap-3">
            <Button disabled={busy !== null} onClick={() => void play(name)}>
              {t(`frame.palette.incident.${name}`)}
            </Button>
            <span className="min-w-0 truncate text-[12px] text-ink-3" title={t(`health.incidentText.${name}`)}>
              {t(`health.incidentText.${name}`)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
