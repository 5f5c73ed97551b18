// What the form of a rule is made of.

import type { ReactNode } from "react";
import { cx } from "@/parts";
import { Switch } from "@/parts/switch";

export const INPUT = "h-[30px] w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5";

/** A name above what is filled in, and what is wrong with it below. */
export function Field({ label, note, wrong = null, className, children }: { label: string; note?: string; wrong?: string | null; className?: string; children: (props: { "aria-label": string; "aria-invalid": boolean }) => ReactNode }) {
  return (
    <div className={cx("flex min-w-0 flex-col gap-1", className)}>
      <span className="text-ink-2">{label}</span>
      {children({ "aria-label": label, "aria-invalid": wrong !== null })}
      {wrong !== null ? (
        <span role="alert" className="text-crit">
          {wrong}
        </span>
      ) : (
        note !== undefined && <span className="text-[12px] text-ink-3">{note}</span>
      )}
    </div>
  );
}

export function Toggle({ label, note, checked, onChange }: { label: string; note: string; checked: boolean; onChange: (on: boolean) => void }) {
  return (
    <div className="flex items-center gap-3">
      <Switch label={label} checked={checked} onChange={onChange} />
      <span>
        {label}
        <span className="block text-[12px] text-ink-3">{note}</span>
      </span>
    </div>
  );
}
