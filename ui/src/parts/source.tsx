// A source's colour. A diamond, so that nobody takes it for a state (a dot) or a domain (a square); the name stands beside it.

import { useSources } from "@/live";
import { cx } from "./cx";

/** The colours that a source may have, in the order in which new sources take them. */
export const SOURCE_COLOURS = ["blue", "teal", "amber", "violet", "rose", "lime"] as const;

/** The token of a source's colour. */
export function sourceColour(colour: (typeof SOURCE_COLOURS)[number]): string {
  return `var(--s-${colour})`;
}

export function SourceMark({ colour, className }: { colour: (typeof SOURCE_COLOURS)[number]; className?: string }) {
  return <i aria-hidden className={cx("tint inline-block size-2 flex-none rotate-45 rounded-[1.5px]", className)} style={{ background: sourceColour(colour) }} />;
}

/** A source as its user calls it, behind its colour. */
export function SourceName({ id }: { id: string }) {
  const source = useSources().of(id);
  if (source === null) return id;
  return (
    <span title={id}>
      <SourceMark colour={source.colour} className="mr-1.5" />
      {source.name}
    </span>
  );
}
