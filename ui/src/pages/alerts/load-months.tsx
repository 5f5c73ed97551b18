// How long it took, month by month: until somebody had an alert, and until what it was about was over. A month opens to its rules and its people.

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { LoadMonth } from "@/bindings/LoadMonth";
import type { LoadMonthRow } from "@/bindings/LoadMonthRow";
import type { Took } from "@/bindings/Took";
import { useFormat } from "@/format";
import { cx, SectionHeader } from "@/parts";

/** What the core calls all that were too many. */
const OTHERS = "*";
const CELL = "num px-2 text-right whitespace-nowrap";

export function Months({ months, ruleName }: { months: readonly LoadMonth[]; ruleName: (id: string) => string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  if (months.length === 0) return null;
  return (
    <section aria-label={t("alerts.load.months")} className="mt-3 border-t border-line">
      <SectionHeader title={t("alerts.load.months")} note={t("alerts.load.monthsNote")} />
      <table className="w-full">
        <thead>
          <tr className="h-7 text-[12px] text-ink-3 [&>th]:px-2 [&>th]:font-[450]">
            <th scope="col" className="w-full !pl-4 text-left">{t("alerts.load.month")}</th>
            <th scope="col" className="text-right whitespace-nowrap">{t("alerts.load.had")}</th>
            <th scope="col" className="text-right whitespace-nowrap">{t("alerts.load.hadAfter")}</th>
            <th scope="col" className="text-right whitespace-nowrap">{t("alerts.load.over")}</th>
            <th scope="col" className="!pr-4 text-right whitespace-nowrap">{t("alerts.load.overAfter")}</th>
          </tr>
        </thead>
        {months.map((month) => {
          const isOpen = open === month.month;
          return (
            <tbody key={month.month}>
              <tr className="h-8 border-t border-line/55">
                <th scope="row" className="px-2 text-left font-[450]">
                  <button type="button" aria-expanded={isOpen} onClick={() => setOpen(isOpen ? null : month.month)} className="num flex h-7 items-center gap-1.5 rounded-md px-2 hover:bg-raised">
                    <ChevronRight aria-hidden className={cx("size-3.5 text-ink-3", isOpen && "rotate-90")} />
                    {month.month}
                  </button>
                </th>
                <Times took={month.answered} />
                <Times took={month.resolved} last />
              </tr>
              {isOpen && <Rows title={t("alerts.load.monthRules")} rows={month.rules} name={(id) => (id === OTHERS ? t("alerts.load.monthOthers") : ruleName(id))} />}
              {isOpen && <Rows title={t("alerts.load.monthPeople")} rows={month.people} name={(who) => (who === OTHERS ? t("alerts.load.monthOthers") : who)} />}
            </tbody>
          );
        })}
      </table>
    </section>
  );
}

function Rows({ title, rows, name }: { title: string; rows: readonly LoadMonthRow[]; name: (id: string) => string }) {
  if (rows.length === 0) return null;
  return (
    <>
      <tr className="h-7 text-[12px] text-ink-3">
        <th scope="rowgroup" colSpan={5} className="pl-9 text-left font-[450]">
          {title}
        </th>
      </tr>
      {rows.map((row) => (
        <tr key={row.name} className="h-7 text-ink-2">
          <th scope="row" className="max-w-0 truncate pr-2 pl-9 text-left font-[450]" title={name(row.name)}>
            {name(row.name)}
          </th>
          <Times took={row.answered} />
          <Times took={row.resolved} last />
        </tr>
      ))}
    </>
  );
}

/** How often, and after how long. */
function Times({ took, last = false }: { took: Took; last?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <td className={cx(CELL, took.count === 0 && "text-ink-3")}>{format.integer(took.count)}</td>
      <td className={cx(CELL, last && "!pr-4", took.count === 0 && "text-ink-3")} title={took.count === 0 ? undefined : t("alerts.load.mean", { time: format.duration(took.mean_ms) })}>
        {took.count === 0 ? "—" : format.duration(took.median_ms)}
      </td>
    </>
  );
}
