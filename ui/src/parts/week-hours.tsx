// Hours of some days of the week.

import { useTranslation } from "react-i18next";
import type { Schedule } from "@/bindings/Schedule";
import { cx } from "./cx";

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** All days are none in particular. */
export function toggled(days: readonly number[], day: number): number[] {
  const shown: readonly number[] = days.length === 0 ? DAYS : days;
  const next = shown.includes(day) ? shown.filter((each) => each !== day) : [...shown, day].sort((a, b) => a - b);
  return next.length === DAYS.length ? [] : next;
}

const TIME = "num h-[26px] w-[128px] rounded-md border border-line-strong bg-surface px-2";

export function WeekHours({ value, onChange }: { value: Schedule; onChange: (value: Schedule) => void }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <span className="flex gap-1">
        {DAYS.map((day) => {
          const on = value.days.length === 0 || value.days.includes(day);
          return (
            <button key={day} type="button" aria-pressed={on} onClick={() => onChange({ ...value, days: toggled(value.days, day) })} className={cx("h-[26px] rounded-md border px-2", on ? "border-accent bg-accent-soft text-ink" : "border-line-strong text-ink-3 hover:bg-raised")}>
              {t(`parts.hours.day.${day}`)}
            </button>
          );
        })}
      </span>
      <span className="flex items-center gap-1.5">
        <input type="time" aria-label={t("parts.hours.from")} value={value.from} onChange={(event) => event.target.value !== "" && onChange({ ...value, from: event.target.value })} className={TIME} />
        <span className="text-ink-3">–</span>
        <input type="time" aria-label={t("parts.hours.until")} value={value.until} onChange={(event) => event.target.value !== "" && onChange({ ...value, until: event.target.value })} className={TIME} />
      </span>
    </div>
  );
}
