// The last hour, a column a minute, stacked by domain. Pointing at a column reads it out in the legend's place; a click shows the events of its minute. The
// minute that still runs is drawn lightly: it is not low, it is not over.

import { memo, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Histogram } from "@/bindings/Histogram";
import { useClock, useFormat } from "@/format";
import { DomainMark, domainColour, SectionHeader } from "@/parts";
import { go } from "@/route";

const W = 1_000;
const H = 120;

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly domain: string;
  /** Which column it is in. */
  readonly column: number;
}

/** The filter that means the events of one column. Pure. */
export function within(from: number, ms: number): string {
  const at = (instant: number) => new Date(instant).toISOString().replace(".000Z", "Z");
  return `after:${at(from)} before:${at(from + ms)}`;
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
      return [{ x: i * step + step * 0.09, y: top, width: step * 0.82, height: Math.max(0.6, height - 0.8), domain, column: i }];
    });
  });
}

/** All columns of one domain as one shape. A rectangle for each would be a hundred elements to look after, for a picture that changes twice a second. */
interface Shape {
  readonly domain: string;
  /** Of the minute that still runs. */
  readonly running: boolean;
  readonly d: string;
}

/** The bars as shapes. Pure. */
export function shapes(bars: readonly Bar[], running: number): Shape[] {
  const found = new Map<string, { domain: string; running: boolean; d: string }>();
  for (const { x, y, width, height, domain, column } of bars) {
    const key = `${domain} ${column === running}`;
    const shape = found.get(key) ?? { domain, running: column === running, d: "" };
    shape.d += `M${x.toFixed(1)} ${y.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h${(-width).toFixed(1)}z`;
    found.set(key, shape);
  }
  return [...found.values()];
}

export const Flow = memo(function Flow({ histogram }: { histogram: Histogram }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [pointed, setPointed] = useState<number | null>(null);
  const bars = useMemo(() => stack(histogram), [histogram]);
  const totals = useMemo(() => histogram.counts.map((column) => column.reduce((sum, n) => sum + n, 0)), [histogram]);
  const all = totals.reduce((sum, n) => sum + n, 0);
  const { from, bucket_ms: width } = histogram;
  const columns = histogram.counts.length;
  const step = W / Math.max(1, columns);
  const running = useClock((now) => Math.floor((now - from) / width));
  const drawn = useMemo(() => shapes(bars, running), [bars, running]);
  const start = (i: number) => from + i * width;
  const columnAt = (event: React.MouseEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(columns - 1, Math.max(0, Math.floor(((event.clientX - box.left) / Math.max(1, box.width)) * columns)));
  };
  const column = pointed === null ? undefined : histogram.counts[pointed];
  const shown = histogram.domains.map((domain, j) => ({ domain, n: column?.[j] ?? 0, any: histogram.counts.some((each) => (each[j] ?? 0) > 0) })).filter((each) => each.any);

  return (
    <section className="@container flex-none border-b border-line" aria-label={t("overview.flow.title")}>
      <SectionHeader
        title={t("overview.flow.title")}
        note={pointed === null || column === undefined ? [t("overview.flow.range"), t("overview.flow.per"), ...(all === 0 ? [] : [t("overview.flow.most", { n: format.integer(Math.max(...totals)) })])] : t(pointed === running ? "overview.flow.soFar" : "overview.flow.at", { time: format.minute(start(pointed)), n: format.integer(totals[pointed] ?? 0) })}
        right={
          <span className="flex gap-3.5 overflow-hidden @max-[660px]:hidden">
            {shown.map(({ domain, n }) => (
              <span key={domain} className="num flex gap-1">
                <DomainMark domain={domain} />
                {column !== undefined && <span className="text-ink">{format.integer(n)}</span>}
              </span>
            ))}
          </span>
        }
      />
      <div className="relative h-[clamp(88px,15vh,140px)] px-4 pb-[22px]">
        {all === 0 ? (
          <p className="grid h-full place-items-center text-ink-3">{t("overview.flow.empty")}</p>
        ) : (
          <>
            <svg
              role="img"
              aria-label={t("overview.flow.summary", { n: format.integer(all), most: format.integer(Math.max(...totals)) })}
              viewBox={`0 0 ${W} ${H}`}
              preserveAspectRatio="none"
              className="size-full cursor-pointer"
              onPointerLeave={() => setPointed(null)}
              onPointerMove={(event) => setPointed(columnAt(event))}
              onClick={(event) => go("events", { filter: within(start(columnAt(event)), width) })}
            >
              <title>{t("overview.flow.open")}</title>
              <line x1={0} x2={W} y1={H} y2={H} stroke="var(--line-strong)" strokeWidth={1} vectorEffect="non-scaling-stroke" />
              {pointed !== null && <rect x={pointed * step} y={0} width={step} height={H} fill="var(--raised)" />}
              {drawn.map((shape) => (
                <path key={`${shape.domain} ${shape.running}`} d={shape.d} fill={domainColour(shape.domain)} opacity={shape.running ? 0.4 : 0.92} />
              ))}
            </svg>
            <span aria-hidden className="num pointer-events-none absolute inset-x-4 bottom-1 flex justify-between text-[11px] leading-[14px] text-ink-3">
              <span>{format.minute(from)}</span>
              <span>{format.minute(start(columns - 1))}</span>
            </span>
          </>
        )}
      </div>
    </section>
  );
});
