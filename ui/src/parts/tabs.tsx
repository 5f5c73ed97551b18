// A row of tabs with counts. Left and right move, as a tab list does; the panel below carries the returned id.

import { type ReactNode, useRef } from "react";
import { useFormat } from "@/format";
import { cx } from "./cx";

export interface TabItem<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly count?: number;
  /** A mark before the word, where the word alone is not enough. */
  readonly mark?: ReactNode;
}

export function Tabs<T extends string>({ label, tabs, value, onChange, panel }: { label: string; tabs: readonly TabItem<T>[]; value: T; onChange: (id: T) => void; panel: string }) {
  const format = useFormat();
  const list = useRef<HTMLDivElement>(null);
  const step = (by: number) => {
    const next = tabs[(tabs.findIndex((tab) => tab.id === value) + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChange(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div
      ref={list}
      role="tablist"
      aria-label={label}
      className="flex h-full items-stretch gap-4"
      onKeyDown={(event) => {
        if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
        event.preventDefault();
        event.stopPropagation();
        step(event.key === "ArrowRight" ? 1 : -1);
      }}
    >
      {tabs.map((tab) => {
        const on = tab.id === value;
        return (
          <button
            key={tab.id}
            type="button"
            role="tab"
            data-tab={tab.id}
            data-inset-focus
            aria-selected={on}
            aria-controls={panel}
            tabIndex={on ? 0 : -1}
            onClick={() => onChange(tab.id)}
            className={cx("-mb-px inline-flex items-center gap-1.5 border-b-2 whitespace-nowrap", on ? "border-accent font-[580] text-ink" : "border-transparent text-ink-2 hover:text-ink")}
          >
            {tab.mark}
            {tab.label}
            {tab.count !== undefined && <span className={cx("num min-w-[1ch] font-[450]", on ? "text-ink-2" : "text-ink-3")}>{format.integer(tab.count)}</span>}
          </button>
        );
      })}
    </div>
  );
}
