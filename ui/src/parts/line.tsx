// One line of several parts. Those that have no room go, whole and the last first, so that no number in it is cut: they wrap to a line that is not seen.

import type { ReactNode } from "react";
import { joined } from "@/text";
import { cx } from "./cx";

export type Parts = ReactNode | readonly ReactNode[];

const isThere = (part: ReactNode): boolean => part !== null && part !== undefined && part !== false && part !== "";

/** `parts` with a dot between them. One without a figure in it is words, and cut rather than left out. All of them are in the title where they are texts. */
export function Line({ parts, title, className }: { parts: Parts; title?: string | undefined; className?: string }) {
  const all = (Array.isArray(parts) ? (parts as readonly ReactNode[]) : [parts as ReactNode]).filter(isThere);
  const texts = all.filter((part) => typeof part === "string");
  return (
    <span title={title ?? (texts.length === all.length ? joined(texts) : undefined)} className={cx("num flex h-[1.45em] min-w-0 flex-wrap overflow-clip leading-[1.45]", className)}>
      {/* As high as a line and before the first part, so that that one wraps as well. */}
      <span aria-hidden className="strut" />
      {all.map((part, i) => (
        <span key={i} className={cx(typeof part === "string" && /\d/.test(part) ? "num whitespace-nowrap" : "max-w-full truncate", i > 0 && "before:whitespace-pre before:content-['_·_']")}>
          {part}
        </span>
      ))}
    </span>
  );
}
