// A condition, in the language of the filters: what is wrong is marked where it stands, and said below.

import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { RuleFaultView } from "@/bindings/RuleFaultView";
import { cx } from "@/parts";
import { failureText } from "@/text";

export function WhenField({ label, value, fault, needed = false, onChange }: { label: string; value: string; fault: RuleFaultView | null; needed?: boolean; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const marks = useRef<HTMLDivElement>(null);
  const at = fault?.at ?? null;
  const wrong = fault !== null ? failureText(fault.message) : needed ? t("alerts.rule.whenNeeded") : null;
  return (
    <div className="flex flex-col gap-1">
      <span className="text-ink-2">{label}</span>
      <div className={cx("relative rounded-md border bg-surface font-mono text-[12.5px]", wrong === null ? "border-line-strong" : "border-crit")}>
        {at !== null && (
          <div ref={marks} aria-hidden className="pointer-events-none absolute inset-0 overflow-hidden px-2.5 leading-[30px] whitespace-pre text-transparent">
            {value.slice(0, at[0])}
            <span className="underline decoration-crit decoration-wavy decoration-[1.5px] underline-offset-[5px]">{value.slice(at[0], at[1])}</span>
          </div>
        )}
        <input
          type="text"
          value={value}
          spellCheck={false}
          autoComplete="off"
          aria-label={label}
          aria-invalid={wrong !== null}
          placeholder={t("alerts.rule.whenPlaceholder")}
          onChange={(event) => onChange(event.target.value)}
          onScroll={(event) => marks.current !== null && (marks.current.scrollLeft = event.currentTarget.scrollLeft)}
          className="h-[30px] w-full rounded-md bg-transparent px-2.5 placeholder:text-ink-3"
        />
      </div>
      {wrong !== null && (
        <span role="alert" className="text-crit">
          {wrong}
        </span>
      )}
    </div>
  );
}
