// History before what the list holds: fetched a page at a time while the user scrolls towards it. Pure state; the page owns the calls.

import type { EventPage } from "@/bindings/EventPage";
import type { EventRow } from "@/bindings/EventRow";
import type { LetGoNote } from "@/bindings/LetGoNote";
import type { CommandError } from "@/host";

export interface History {
  /** Oldest first, all before the list's oldest. */
  readonly rows: readonly EventRow[];
  /** Where to go on; undefined while nothing was fetched, null at the end. */
  readonly before: number | null | undefined;
  /** At the end: what was before it was let go. */
  readonly letGo: LetGoNote | null;
  readonly scanned: number;
  readonly busy: boolean;
  readonly error: CommandError | null;
}

export const NO_HISTORY: History = { rows: [], before: undefined, letGo: null, scanned: 0, busy: false, error: null };

/** `page` put before what there is. */
export function extended(history: History, page: EventPage): History {
  const oldest = history.rows[0]?.seq ?? Infinity;
  const rows = page.events.filter((row) => row.seq < oldest).reverse();
  return { rows: [...rows, ...history.rows], before: page.next_before, letGo: page.let_go, scanned: history.scanned + page.scanned, busy: false, error: null };
}
