import { memo, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { cx, SectionHeader } from "@/parts";
import { chart, type Column, type Series } from "./bars";

const W = 1_000;
const H = 200;
const FILL: Record<Series["id"], string> = { received: "var(--d-finance)", paidOut: "var(--info)", refunded: "var(--warn)" };

/** Bars over a line of labels. Pointing at a column reads it out in the header. */
export const Bars = memo(function Bars({ title, currency, summary, columns, series, label, name, now, every = 1, className }: { title: string; currency: string | null; summary: (most: string) => string; columns: readonly Column[]; series: readonly Series[]; label: (key: string) => string; name: (key: string) => string; now: string; every?: number; className?: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [pointed, setPointed] = useState<number | null>(null);
  const { zero, bars, most } = useMemo(() => chart(columns, series), [columns, series]);
  const step = W / Math.max(1, columns.length);
  const column = pointed === null ? undefined : columns[pointed];
  return (
    <section aria-label={title} className={cx("flex min-w-0 flex-col", className)}>
      <SectionHeader
        title={title}
        note={column === undefined ? undefined : name(column.key)}
        right={
          <span className="flex gap-3.5">
            {series.map((each, j) => (
              <span key={each.id} className="num inline-flex items-center gap-1.5 whitespace-nowrap text-ink-2">
                <i aria-hidden className="tint size-2 rounded-[2px]" style={{ background: FILL[each.id] }} />
                {t(`finance.legend.${each.id}`)}
                {column !== undefined && <span className="text-ink">{format.moneyShort(column.amounts[j] ?? "0", currency)}</span>}
              </span>
            ))}
          </span>
        }
      />
      <div className="relative h-[124px] px-4 pt-4">
        {most === null ? (
          <p className="grid h-full place-items-center text-ink-3">{t("finance.barsEmpty")}</p>
        ) : (
          <>
            <svg
              role="img"
              aria-label={summary(format.money(most.amount, currency))}
              viewBox={`0 0 ${W} ${H}`}
              preserveAspectRatio="none"
              className="size-full"
              onPointerLeave={() => setPointed(null)}
              onPointerMove={(event) => {
                const box = event.currentTarget.getBoundingClientRect();
                setPointed(Math.min(columns.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * columns.length))));
              }}
            >
              {pointed !== null && <rect x={pointed * step} y={0} width={step} height={H} fill="var(--raised)" />}
              <line x1={0} x2={W} y1={zero * H} y2={zero * H} stroke="var(--line-strong)" strokeWidth={1} vectorEffect="non-scaling-stroke" />
              {bars.map((bar) => {
                const id = series[bar.series]?.id;
                return id === undefined ? null : (
                  <rect key={`${bar.column}-${id}`} x={bar.column * step + step * 0.14} y={bar.y * H} width={step * 0.72} height={Math.max(1, bar.height * H)} fill={FILL[id]} opacity={columns[bar.column]?.key === now ? 1 : 0.72} />
                );
              })}
            </svg>
            <span aria-hidden className="num pointer-events-none absolute top-0 left-4 text-[11px] leading-[14px] text-ink-3">
              {format.moneyShort(most.amount, currency)}
            </span>
          </>
        )}
      </div>
      <div aria-hidden className="num flex px-4 pt-1 pb-2.5 text-[11px] text-ink-3">
        {columns.map((each, i) => (
          <span key={each.key} className={cx("min-w-0 flex-1 text-center whitespace-nowrap", each.key === now && "font-[580] text-ink")}>
            {each.key === now || (i % every === 0 && columns[i - 1]?.key !== now && columns[i + 1]?.key !== now) ? label(each.key) : ""}
          </span>
        ))}
      </div>
    </section>
  );
});
