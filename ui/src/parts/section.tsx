import type { ReactNode } from "react";
import { cx } from "./cx";

/** The 38 px header of a region: title, a quiet note, and what stands at the right end. */
export function SectionHeader({ title, note, right, className, id }: { title: string; note?: ReactNode; right?: ReactNode; className?: string; id?: string }) {
  return (
    <div className={cx("flex h-[38px] flex-none items-center gap-2.5 px-4", className)}>
      <h2 id={id} className="whitespace-nowrap">
        {title}
      </h2>
      {note !== undefined && <span className="num min-w-0 truncate text-ink-3">{note}</span>}
      {right !== undefined && <div className="ml-auto flex flex-none items-center gap-3 text-ink-3">{right}</div>}
    </div>
  );
}
