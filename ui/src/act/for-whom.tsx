// Asked with a decision that several have passed on: in whose name it is. Nobody is chosen before somebody has.

import { useTranslation } from "react-i18next";
import type { Deputy } from "@/bindings/Deputy";
import { cx } from "@/parts";
import { shownName } from "./whom";

export function ForWhom({ choices, value, missing, onChange }: { choices: readonly Deputy[]; value: string | null; missing: boolean; onChange: (id: string) => void }) {
  const { t } = useTranslation();
  if (choices.length === 0) return null;
  return (
    <fieldset className="mb-3" aria-invalid={missing}>
      <legend className="mb-1 text-ink-2">{t("approvals.forWhom.title")}</legend>
      <div className="divide-y divide-line overflow-hidden rounded-md border border-line-strong">
        {choices.map((one) => {
          const on = one.id === value;
          return (
            <label key={one.id} className={cx("flex items-center gap-2 px-2.5 py-[5px] has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent", on ? "bg-accent-soft" : "hover:bg-raised")}>
              <input type="radio" name="for-whom" checked={on} onChange={() => onChange(one.id)} aria-label={shownName(one)} className={cx("m-0 size-3.5 flex-none appearance-none rounded-full outline-none", on ? "border-[4px] border-accent bg-accent-ink" : "border border-ink-3 bg-panel")} />
              <span className={cx("min-w-0 flex-1 truncate", on && "font-[540]")}>{shownName(one)}</span>
              {one.name.trim() !== "" && <span className="flex-none text-[12px] text-ink-3">{one.id}</span>}
            </label>
          );
        })}
      </div>
      {missing && (
        <span role="alert" className="text-crit">
          {t("approvals.forWhom.needed")}
        </span>
      )}
    </fieldset>
  );
}
