import type { ReactNode } from "react";
import { cx } from "./cx";
import { Line, type Parts } from "./line";

/** In the place of a panel that has nothing to show: one line at the foot of its neighbour. */
export function SideLine({ label, icon, children }: { label: string; icon?: ReactNode; children: ReactNode }) {
  return (
    <aside aria-label={label} className="flex h-[30px] flex-none items-center gap-2 border-t border-line px-4 text-ink-3 [&_svg]:size-3.5">
      {icon}
      <span className="font-[540] text-ink-2">{label}</span>
      <span className="min-w-0 truncate">{children}</span>
    </aside>
  );
}

/** The 38 px header of a region: title, a quiet note of one part or several, and what stands at the right end. */
export function SectionHeader({ title, note, right, className, id }: { title: string; note?: Parts; right?: ReactNode; className?: string; id?: string }) {
  return (
    <div className={cx("flex h-[38px] flex-none items-center gap-2.5 px-4", className)}>
      <h2 id={id} className="whitespace-nowrap">
        {title}
      </h2>
      {note !== undefined && <Line parts={note} className="text-ink-3" />}
      {right !== undefined && <div className="ml-auto flex flex-none items-center gap-3 text-ink-3">{right}</div>}
    </div>
  );
}
