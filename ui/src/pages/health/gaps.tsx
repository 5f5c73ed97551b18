// The stretches of time in which events may be missing, and whether they were fetched since.

import { Check, CircleCheck, TriangleAlert } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { GapView } from "@/bindings/GapView";
import { useClock, useFormat } from "@/format";
import { type Column, cx, EmptyState, SourceName, VirtualRows } from "@/parts";
import { openEvent } from "@/route/selection";
import { joined, useGapText } from "@/text";

const gapKey = (gap: GapView) => String(gap.seq);

export function Gaps({ gaps }: { gaps: readonly GapView[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const gapText = useGapText();
  const day = useClock((now) => Math.floor(now / 86_400_000));
  const columns = useMemo<readonly Column<GapView>[]>(() => {
    const filledText = (gap: GapView) => (gap.filled === null ? t("health.gapOpen") : t("health.gapFilled", { count: gap.filled, n: format.integer(gap.filled) }));
    return [
      {
        id: "filled",
        header: t("health.gap.state"),
        beside: 20,
        holds: (gap) => filledText(gap),
        className: "flex items-center",
        cell: (gap) => (
          <span className={cx("inline-flex max-w-full items-center gap-1.5", gap.filled === null ? "text-warn" : "text-good")}>
            {gap.filled === null ? <TriangleAlert aria-hidden className="size-3.5 flex-none" /> : <Check aria-hidden className="size-3.5 flex-none" />}
            <span className="num">{filledText(gap)}</span>
          </span>
        ),
      },
      { id: "from", header: t("health.gap.from"), className: "text-ink-2", holds: (gap) => format.dateTime(gap.from, day * 86_400_000), cell: (gap) => format.dateTime(gap.from, day * 86_400_000) },
      { id: "to", header: t("health.gap.to"), spare: 1, className: "text-ink-2", holds: (gap) => format.time(gap.to), cell: (gap) => format.time(gap.to) },
      { id: "length", header: t("health.gap.length"), align: "end", className: "font-[540]", holds: (gap) => format.duration(gap.to - gap.from), cell: (gap) => format.duration(gap.to - gap.from) },
      {
        id: "reason",
        header: t("health.gap.reason"),
        width: "minmax(140px, 2fr)",
        cell: (gap) => {
          const { channel, reason } = gapText(gap, 0);
          return (
            <span title={joined([reason, channel])}>
              {gap.channel !== null && <span className="text-ink-2">{channel} · </span>}
              {reason}
            </span>
          );
        },
      },
      {
        id: "source",
        header: t("health.gap.source"),
        width: "minmax(104px, 0.7fr)",
        spare: 2,
        className: "text-ink-2",
        cell: (gap) => <SourceName id={gap.source} />,
      },
    ];
    // The text of a gap depends on the language only, which `t` stands for.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [t, format, day]);
  if (gaps.length === 0) return <EmptyState icon={<CircleCheck />} title={t("health.gapsNone")} text={t("health.gapsNoneText")} />;
  return <VirtualRows label={t("health.gaps")} rows={gaps} rowKey={gapKey} columns={columns} primary onOpen={(gap) => openEvent(gap.seq)} rowClass={(gap) => gap.filled === null && "bg-warn-soft/50"} />;
}
