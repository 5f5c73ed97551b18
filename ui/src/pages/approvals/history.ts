// Pages of what was decided, read from the core as somebody scrolls or looks for something. What is looked for is told apart by identity: whoever asks
// keeps it the same until it changes. A page of a search may be empty and still not be the last: the
// next one is asked for at once then.

import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import type { ApprovalHistory } from "@/bindings/ApprovalHistory";
import type { ApprovalStatus } from "@/bindings/ApprovalStatus";
import type { ApprovalView } from "@/bindings/ApprovalView";
import { isAbort } from "@/host";
import { useHost } from "@/live";

/** Rows of a page. */
const PAGE = 100;
/** How long somebody types before it is looked for, ms. */
const TYPING = 250;

/** One request may be decided several times: each is one line, told apart by the event that decided. */
export const pastKey = (row: ApprovalView) => `${row.key} ${row.seq}`;

/** Several lists as one, without doubles, the newest decision first; of a double the first stands. Pure. */
export function merged(...lists: readonly (readonly ApprovalView[])[]): readonly ApprovalView[] {
  const found = new Map<string, ApprovalView>();
  for (const row of lists.flat()) if (!found.has(pastKey(row))) found.set(pastKey(row), row);
  return [...found.values()].sort((a, b) => (b.decided_at ?? 0) - (a.decided_at ?? 0) || b.seq - a.seq);
}

/** What was decided before it came here is older than the oldest event. Pure. */
function earlier(at: number | null, other: number | null): number | null {
  return at === null || other === null ? at : Math.min(at, other);
}

/** What is looked for among what was decided. */
export interface Wanted {
  readonly query: string;
  readonly mine: boolean;
  readonly outcome: ApprovalStatus | null;
  readonly resource_type: string | null;
}

export const EVERYTHING: Wanted = { query: "", mine: false, outcome: null, resource_type: null };

/** Whether nothing is left out. Pure. */
export const isEverything = ({ query, mine, outcome, resource_type }: Wanted) => query === "" && !mine && outcome === null && resource_type === null;

interface Read {
  readonly wanted: Wanted;
  readonly rows: readonly ApprovalView[];
  /** Where to go on; undefined before the first page, null at the end. */
  readonly before: number | null | undefined;
  readonly backTo: number | null;
}

const nothing = (wanted: Wanted): Read => ({ wanted, rows: [], before: undefined, backTo: null });

export interface Past {
  readonly rows: readonly ApprovalView[];
  readonly busy: boolean;
  readonly error: unknown;
  /** There may be older ones. */
  readonly more: boolean;
  /** How far back it was looked. */
  readonly backTo: number | null;
  next(): void;
}

/** `newest` are those that the core has at hand, current by themselves. */
export function useHistory(newest: readonly ApprovalView[], wanted: Wanted): Past {
  const host = useHost();
  const [read, setRead] = useState<Read>(() => nothing(wanted));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(true);
  const asked = useRef<AbortController | null>(null);

  const ask = useCallback(
    async (wanted: Wanted, from: Read, add: (page: ApprovalHistory) => Read) => {
      asked.current?.abort();
      const stop = new AbortController();
      asked.current = stop;
      setBusy(true);
      setError(null);
      try {
        let page: ApprovalHistory;
        let before = from.before ?? null;
        do {
          page = await host.call("approval_history", { before, limit: PAGE, ...wanted }, stop.signal);
          before = page.next_before;
          setRead(add(page));
        } while (page.decided.length === 0 && before !== null);
        setBusy(false);
      } catch (thrown) {
        if (isAbort(thrown)) return;
        setError(thrown);
        setBusy(false);
      }
    },
    [host],
  );

  const first = useEffectEvent((wanted: Wanted) => {
    void ask(wanted, nothing(wanted), (page) => ({ wanted, rows: page.decided, before: page.next_before, backTo: page.back_to }));
  });
  useEffect(() => {
    const timer = setTimeout(() => first(wanted), wanted.query === "" ? 0 : TYPING);
    return () => clearTimeout(timer);
  }, [wanted]);
  useEffect(() => () => asked.current?.abort(), []);

  // Decided while somebody looks for something: what is new is looked through as well, and what is on screen stays.
  const freshen = useEffectEvent(() => {
    if (isEverything(wanted) || read.wanted !== wanted || busy) return;
    host
      .call("approval_history", { before: null, limit: PAGE, ...wanted })
      .then((page) => setRead((before) => (before.wanted === wanted ? { ...before, rows: merged(page.decided, before.rows) } : before)))
      .catch(() => undefined);
  });
  useEffect(() => freshen(), [newest]);

  const next = useCallback(() => {
    if ((busy && error === null) || read.wanted !== wanted || read.before === null) return;
    void ask(wanted, read, (page) => ({ wanted, rows: merged(read.rows, page.decided), before: page.next_before, backTo: page.back_to }));
  }, [ask, busy, error, wanted, read]);

  const rows = useMemo(() => merged(isEverything(wanted) ? newest : [], read.wanted === wanted ? read.rows : []), [newest, wanted, read]);
  return { rows, busy: busy || read.wanted !== wanted, error, more: read.before !== null, backTo: read.wanted === wanted ? earlier(read.backTo, rows.at(-1)?.decided_at ?? null) : null, next };
}
