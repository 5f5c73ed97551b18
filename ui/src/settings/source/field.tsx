// One field of the source's form. What is wrong stands at the right of the label, so that nothing moves when it comes or goes.

import { TriangleAlert } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/parts";
import type { Draft, DraftField } from "./draft";
import type { Problem } from "./problems";
import type { SourceFormApi } from "./use-form";

export const INPUT = "h-[30px] w-full min-w-0 rounded-md border bg-surface px-2.5 placeholder:text-ink-3 disabled:opacity-50";

/** The id of a field's control within a form. */
export function fieldId(form: string, field: DraftField): string {
  return `${form}-${field}`;
}

export function Label({ htmlFor, id, children, problem, onRepair }: { htmlFor?: string; id?: string; children: ReactNode; problem?: Problem; onRepair?: (patch: Partial<Draft>) => void }) {
  const { t } = useTranslation();
  const repair = problem?.repair;
  return (
    <div className="flex min-h-[22px] items-center justify-between gap-3">
      <label htmlFor={htmlFor} className="flex-none text-ink-2">
        {children}
      </label>
      <span role="alert" id={id} className="flex min-w-0 items-center justify-end gap-2 text-right text-[12px] leading-tight text-crit">
        {problem !== undefined && (
          <span className="flex items-center gap-1">
            <TriangleAlert aria-hidden className="size-3 flex-none" />
            {t(`sources.problem.${problem.key}`, { value: problem.value ?? "" })}
          </span>
        )}
        {repair !== undefined && onRepair !== undefined && (
          <button type="button" title={repair.shown} onClick={() => onRepair(repair.patch)} className="max-w-[220px] truncate rounded border border-line-strong px-1.5 text-ink hover:bg-raised">
            {problem?.key === "proxySecret" ? t("sources.problem.repairSplit") : t("sources.problem.repair", { shown: repair.shown })}
          </button>
        )}
      </span>
    </div>
  );
}

export function Help({ id, children, className }: { id?: string; children: ReactNode; className?: string }) {
  return (
    <p id={id} className={cx("mt-1 text-[12px] leading-snug text-ink-3", className)}>
      {children}
    </p>
  );
}

type TextKey = Exclude<DraftField, "dialect" | "colour" | "proxyKind" | "openUrls">;

/** A line of text. `tail` stands inside the row at its right. */
export function TextField({ form, api, field, label, help, mono = false, tail, className, ...rest }: { form: string; api: SourceFormApi; field: TextKey; label: string; help?: ReactNode; mono?: boolean; tail?: ReactNode } & Omit<ComponentProps<"input">, "form">) {
  const id = fieldId(form, field);
  const problem = api.problem(field);
  return (
    <div className={cx("min-w-0", className)}>
      <Label htmlFor={id} id={`${id}-wrong`} problem={problem} onRepair={api.set}>
        {label}
      </Label>
      <div className="flex items-center gap-2">
        <input
          id={id}
          value={api.draft[field]}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem !== undefined}
          aria-describedby={cx(`${id}-wrong`, help !== undefined && `${id}-help`)}
          onChange={(event) => api.set({ [field]: event.target.value })}
          onBlur={() => api.leave(field)}
          className={cx(INPUT, mono && "font-mono text-[12px]", problem === undefined ? "border-line-strong" : "border-crit")}
          {...rest}
        />
        {tail}
      </div>
      {help !== undefined && <Help id={`${id}-help`}>{help}</Help>}
    </div>
  );
}
