import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useClock, useFormat } from "@/format";
import type { TileAge } from "./as-of";
import { cx } from "./cx";
import { Line, type Parts } from "./line";
import { Sparkline } from "./sparkline";

/** What moved within this time is current without a word, ms. */
const QUIET = 60_000;

/**
 * A number at a glance: label, value, a quiet note and the shape of the last hour.
 *
 * `freshAt` is when its data last moved; leave it undefined where silence is normal. That it moved within the last minute is how things should be: only a
 * tile that `saysNow` says it, and speaks for its neighbours. With `age` the tile greys and says until when it holds.
 */
export function Tile({
  label,
  value,
  unit,
  note,
  tone,
  spark,
  colour,
  freshAt,
  saysNow: says = false,
  age = null,
  onOpen,
  className,
}: {
  label: string;
  value: ReactNode;
  unit?: string;
  note: Parts;
  tone?: "warn" | "crit";
  spark?: readonly number[];
  colour: string;
  freshAt?: number | null;
  saysNow?: boolean;
  age?: TileAge | null;
  onOpen?: () => void;
  className?: string;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const told = useClock((now) => (freshAt == null || (!says && now - freshAt < QUIET) ? null : now - freshAt < 2_000 ? t("common.now") : format.age(now - freshAt)));
  const body = (
    <>
      <span className="flex items-baseline justify-between gap-2 text-ink-2">
        <span className="truncate">{label}</span>
        {told !== null && age === null && <span className="num flex-none text-[11px] text-ink-3">{told}</span>}
      </span>
      <span data-aged={age === null ? undefined : ""} title={age?.title} className={cx("num mt-0.5 flex min-w-0 items-baseline gap-1.5 overflow-hidden text-[length:var(--tile-figure)] leading-[1.25] font-[560] tracking-[-0.02em] whitespace-nowrap", age !== null && (age.whole ? "aged" : "aged-part"))}>
        {value}
        {unit !== undefined && <small className="text-[12px] font-[450] tracking-normal text-ink-3">{unit}</small>}
      </span>
      <span className="mt-px flex h-[18px] items-end justify-between gap-2">
        <Line parts={age?.note ?? note} title={age?.title} className={cx("text-[11.5px]", age !== null ? (age.whole ? "text-ink-2" : "text-warn") : tone === "crit" ? "text-crit" : tone === "warn" ? "text-warn" : "text-ink-3")} />
        {spark !== undefined && age?.whole !== true && <Sparkline values={spark} colour={colour} className="h-[18px] w-[76px] min-w-8 shrink-[1000]" />}
      </span>
    </>
  );
  const box = cx("flex min-w-0 flex-col border-line px-4 pt-3 pb-[11px] text-left", className);
  return onOpen === undefined ? (
    <div className={box}>{body}</div>
  ) : (
    <button type="button" data-inset-focus className={cx(box, "hover:bg-raised/60")} onClick={onOpen}>
      {body}
    </button>
  );
}
