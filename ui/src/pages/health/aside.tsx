// What Watchdeck itself could not deal with: events that were set aside, each with the reason and how it begins, and parts that failed and were started
// again. Nothing of it stopped anything else.

import { CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { HealthView } from "@/bindings/HealthView";
import { useFormat, useToday } from "@/format";
import { useSources } from "@/live";
import { Button, EmptyState, SourceMark } from "@/parts";
import { openEvent } from "@/route/selection";
import { useKindTitle } from "@/text";

export function Aside({ view }: { view: Pick<HealthView, "set_aside" | "faults"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const sources = useSources();
  const title = useKindTitle();
  if (view.set_aside.length === 0 && view.faults.length === 0) return <EmptyState icon={<CircleCheck />} title={t("health.asideNone")} text={t("health.asideNoneText")} />;
  return (
    <ul aria-label={t("health.aside")} className="min-h-0 flex-1 overflow-y-auto">
      {view.faults.map((fault) => (
        <li key={fault.part} className="num grid min-h-7 grid-cols-[148px_minmax(0,1fr)_auto] items-center gap-3 border-b border-line/55 px-4">
          <span className="text-ink-2">{format.dateTime(fault.last_at, today)}</span>
          <span className="truncate" title={fault.detail}>
            <span className="text-warn">{t("health.fault", { part: fault.part })}</span> <span className="text-ink-2">{fault.detail}</span>
          </span>
          <span className="text-ink-3">{t("health.faultTimes", { count: fault.times, n: format.integer(fault.times) })}</span>
        </li>
      ))}
      {view.set_aside.map((one) => {
        const source = sources.of(one.source);
        return (
          <li key={`${one.at} ${one.seq ?? ""} ${one.by} ${one.source}`} className="border-b border-line/55 px-4 py-1">
            <p className="num grid min-h-5 grid-cols-[148px_minmax(88px,0.4fr)_minmax(0,1fr)_auto] items-center gap-3">
              <span className="text-ink-2">{format.dateTime(one.at, today)}</span>
              <span className="truncate text-ink-2">
                {source !== null && <SourceMark colour={source.colour} className="mr-1.5" />}
                {source?.name ?? one.source}
              </span>
              <span className="truncate" title={one.reason}>
                {title(one)} · {one.channel} · <span className="text-warn">{t(`health.asideBy.${one.by}`)}</span> <span className="text-ink-2">{one.reason}</span>
              </span>
              {one.seq !== null && one.by !== "store" && (
                <Button look="ghost" className="-mr-2.5" onClick={() => one.seq !== null && openEvent(one.seq)}>
                  {t("common.actions.open")}
                </Button>
              )}
            </p>
            {one.sample !== "" && <code className="block truncate font-mono text-[11.5px] text-ink-3 [unicode-bidi:isolate]">{one.sample}</code>}
          </li>
        );
      })}
    </ul>
  );
}
