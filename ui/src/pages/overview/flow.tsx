// The last hour, a column a minute, stacked by domain. Pointing at a column reads it out in the legend's place.

import { memo, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Histogram } from "@/bindings/Histogram";
import { useFormat } from "@/format";
import { DomainMark, domainColour, SectionHeader } from "@/parts";

const W = 1_000;
const H = 120;

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly domain: string;
}

/** The rectangles of a stacked histogram in a 1000 × 120 box, first series at the bottom. Pure. */
export function stack({ counts, domains }: Pick<Histogram, "counts" | "domains">): Bar[] {
  const most = Math.max(1, ...counts.map((column) => column.reduce((sum, n) => sum + n, 0)));
  const step = W / Math.max(1, counts.length);
  return counts.flatMap((column, i) => {
    let top = H;
    return column.flatMap((n, j) => {
      const domain = domains[j];
      if (n === 0 || domain === undefined) return [];
      const height = (n / most) * (H - 4);
      top -= height;
      return [{ x: i * step + step * 0.09, y: top, width: step * 0.82, height: Math.max(0.6, height - 0.8), domain }];
    });
  });
}

export const Flow = memo(function Flow({ histogram }: { histogram: Histogram }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [pointed, setPointed] = useState<number | null>(null);
  const bars = useMemo(() => stack(histogram), [histogram]);
  const totals = useMemo(() => histogram.counts.map((column) => column.reduce((sum, n) => sum + n, 0)), [histogram]);
  const all = totals.reduce((sum, n) => sum + n, 0);
  const step = W / Math.max(1, histogram.counts.length);
  const column = pointed === null ? undefined : histogram.counts[pointed];
  const shown = histogram.domains.map((domain, j) => ({ domain, n: column?.[j] ?? 0, any: histogram.counts.some((each) => (each[j] ?? 0) > 0) })).filter((each) => each.any);

  return (
    <section className="flex-none border-b border-line" aria-label={t("overview.flow.title")}>
      <SectionHeader
        title={t("overview.flow.title")}
        note={pointed === null || column === undefined ? t("overview.flow.range") : t("overview.flow.at", { time: format.minute(histogram.from + pointed * histogram.bucket_ms), n: format.integer(totals[pointed] ?? 0) })}
        right={
          <span className="flex gap-3.5 overflow-hidden max-[900px]:hidden">
            {shown.map(({ domain, n }) => (
              <span key={domain} className="num flex gap-1">
                <DomainMark domain={domain} />
                {column !== undefined && <span className="text-ink">{format.integer(n)}</span>}
              </span>
            ))}
          </span>
        }
      />
      <div className="relative h-[clamp(76px,14vh,132px)] px-4 pb-3">
        {all === 0 ? (
          <p className="grid h-full place-items-center text-ink-3">{t("overview.flow.empty")}</p>
        ) : (
          <svg
            role="img"
            aria-label={t("overview.flow.summary", { n: format.integer(all), most: format.integer(Math.max(...totals)) })}
            viewBox={`0 0 ${W} ${H}`}
            preserveAspectRatio="none"
            className="size-full"
            onPointerLeave={() => setPointed(null)}
            onPointerMove={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              const i = Math.floor(((event.clientX - box.left) / box.width) * histogram.counts.length);
              setPointed(Math.min(histogram.counts.length - 1, Math.max(0, i)));
            }}
          >
            {pointed !== null && <rect x={pointed * step} y={0} width={step} height={H} fill="var(--raised)" />}
            {bars.map((bar) => (
              <rect key={`${bar.x}-${bar.domain}`} x={bar.x} y={bar.y} width={bar.width} height={bar.height} fill={domainColour(bar.domain)} opacity={0.92} />
            ))}
          </svg>
        )}
      </div>
    </section>
  );
});
