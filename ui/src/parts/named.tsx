// What something is called with what is said of it beside, in one line.

import type { ReactNode } from "react";
import { joined } from "@/text";
import { codeIn } from "./columns";
import { cx } from "./cx";

interface NamedProps {
  name: string;
  beside: string | null;
  /** Before the name: marks. */
  marks?: ReactNode;
  /** What a pointer is told; without it both. */
  title?: string;
  /** Over several lines rather than cut. */
  wrap?: boolean;
}

/** Words give way to a number or a code beside them, whichever comes first. A code that has no room even so is left out and never cut: it wraps to a line that is not seen. */
export function Named({ name, beside, marks, title, wrap = false }: NamedProps) {
  const second = joined([beside]) === "" || beside === name ? null : beside;
  const yields = codeIn(name) === null && codeIn(second) !== null;
  const line = wrap ? undefined : yields ? NAME : WHOLE;
  return (
    <span title={title ?? joined([name, second])} className={wrap ? undefined : "flex h-[1.45em] min-w-0 flex-wrap overflow-hidden leading-[1.45]"}>
      <span className={cx(line, codeIn(name) !== null && "num")}>
        {marks}
        {name}
      </span>
      {second !== null && <span className={cx("text-ink-2 before:whitespace-pre before:content-['_·_']", !wrap && (yields ? "num flex-none whitespace-nowrap" : REST))}>{second}</span>}
    </span>
  );
}

const NAME = "min-w-0 max-w-max flex-[1_1_5em] truncate";
const WHOLE = "max-w-full flex-none truncate";
const REST = "min-w-0 max-w-max flex-[1_1_3em] truncate";
