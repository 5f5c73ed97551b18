// Feed health: whether the picture on the other pages is whole, and how fresh it is.

import { CircleCheck, Unplug } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { GapView } from "@/bindings/GapView";
import type { HealthView } from "@/bindings/HealthView";
import { useFormat, useNow } from "@/format";
import { openEvent } from "@/frame/selection";
import { useLive } from "@/live";
import { Button, type Column, EmptyState, SectionHeader, VirtualRows } from "@/parts";
import { ViewGate } from "@/parts/view-gate";
import { go } from "@/route";
import { useGapText } from "@/text";
import { Demo, Inside, Latency, Rate, Store } from "./figures";
import { SourceCard } from "./source";

export function Health() {
  return (
    <ViewGate name="health" links={false}>
      {(view) => <Board view={view} />}
    </ViewGate>
  );
}

function Board({ view }: { view: HealthView }) {
  const { t } = useTranslation();
  const demo = useLive((live) => live.frame?.sources.some((source) => source.demo && source.state.kind !== "paused") ?? false);
  return (
    <div className="@container flex min-h-0 flex-1">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <div className="max-h-[62%] flex-none overflow-y-auto" tabIndex={0} role="region" aria-label={t("health.sources")} data-inset-focus>
          {view.sources.length === 0 ? (
            <EmptyState icon={<Unplug />} title={t("health.none")} text={t("health.noneText")} action={<Button onClick={() => go("settings")}>{t("health.toSettings")}</Button>} />
          ) : (
            view.sources.map((source) => <SourceCard key={source.id} source={source} />)
          )}
        </div>
        <Gaps gaps={view.gaps} />
      </div>
      <div className="@container w-[clamp(340px,34%,420px)] flex-none overflow-y-auto border-l border-line" tabIndex={0} role="region" aria-label={t("health.figures")} data-inset-focus>
        <Rate values={view.rate} />
        <Latency view={view} />
        <Store store={view.store} />
        <Inside view={view} />
        {demo && <Demo />}
      </div>
    </div>
  );
}

const gapKey = (gap: GapView) => String(gap.seq);

function Gaps({ gaps }: { gaps: readonly GapView[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const gapText = useGapText();
  const names = useLive((live) => live.frame?.sources);
  const day = Math.floor(now / 86_400_000);
  const columns = useMemo<readonly Column<GapView>[]>(
    () => [
      { id: "from", header: t("health.gap.from"), width: "156px", className: "num text-ink-2", cell: (gap) => format.dateTime(gap.from, day * 86_400_000) },
      { id: "to", header: t("health.gap.to"), width: "84px", className: "num text-ink-2", cell: (gap) => format.time(gap.to) },
      { id: "length", header: t("health.gap.length"), width: "92px", align: "end", className: "num font-[540]", cell: (gap) => format.duration(gap.to - gap.from) },
      { id: "reason", header: t("health.gap.reason"), width: "minmax(140px, 1.6fr)", cell: (gap) => <span title={gapText(gap, 0).reason}>{gapText(gap, 0).reason}</span> },
      { id: "channel", header: t("health.gap.channel"), width: "minmax(80px, 0.6fr)", from: 620, className: "text-ink-2", cell: (gap) => gap.channel ?? t("words.gap.everyChannel") },
      { id: "source", header: t("health.gap.source"), width: "minmax(80px, 0.6fr)", from: 560, className: "text-ink-2", cell: (gap) => names?.find((source) => source.id === gap.source)?.name ?? gap.source },
    ],
    // The text of a gap depends on the language only, which `t` stands for.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [t, format, names, day],
  );
  return (
    <section aria-label={t("health.gaps")} className="flex min-h-0 flex-1 flex-col">
      <SectionHeader className="border-b border-line" title={t("health.gaps")} note={gaps.length === 0 ? undefined : <span className="text-warn">{t("health.gapsNote", { n: format.integer(gaps.length) })}</span>} />
      {gaps.length === 0 ? (
        <EmptyState icon={<CircleCheck />} title={t("health.gapsNone")} text={t("health.gapsNoneText")} />
      ) : (
        <VirtualRows label={t("health.gaps")} rows={gaps} rowKey={gapKey} columns={columns} primary onOpen={(gap) => openEvent(gap.seq)} />
      )}
    </section>
  );
}
