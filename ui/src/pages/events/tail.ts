// What the list follows. Without a filter that is the stream itself. With one, the core evaluates it (the language exists once, in Rust): the newest
// matches are asked for whenever something new was committed, at most twice a second, and joined to what is there without holes.

import type { EventPage } from "@/bindings/EventPage";
import type { EventRow } from "@/bindings/EventRow";
import type { LetGoNote } from "@/bindings/LetGoNote";
import { CommandError, type Host, isAbort } from "@/host";
import { sleep } from "@/live/follow";
import { isRow, newestSeq, type Stream, type Tail } from "@/live";

/** Matches of one answer. */
export const PAGE = 200;
/** Enough to fill a window; older ones come by scrolling. */
const ENOUGH = 60;
/** Answers looked through for the first screen before the user is asked whether to go on. */
const LOOKS = 8;
/** Shortest time between two questions, ms. */
const PACE = 500;
const CAPACITY = 5_000;

export interface FilterState extends Tail {
  readonly filter: string;
  /** The filter whose matches are in `items`: another one while the newest is looked for or not understood; null before any answer. */
  readonly of: string | null;
  readonly loading: boolean;
  /** Events looked at. */
  readonly scanned: number;
  /** Where history goes on; null at its end. */
  readonly before: number | null;
  /** At its end: what was before it was let go. */
  readonly letGo: LetGoNote | null;
  readonly error: CommandError | null;
}

export function starting(filter: string, previous: FilterState | null): FilterState {
  // The last good result stays on screen until the new filter has its own.
  return previous === null
    ? { filter, of: null, loading: true, items: [], received: 0, scanned: 0, before: null, letGo: null, error: null }
    : { ...previous, filter, loading: true, error: null };
}

/** The newest matches joined to the ones there are. `page` is newest first. Null when they do not touch: there are more between them. Pure. */
export function join(items: readonly EventRow[], page: EventPage): readonly EventRow[] | null {
  const newest = newestSeq(items);
  const fresh = page.events.filter((row) => row.seq > newest).reverse();
  const touches = fresh.length < page.events.length || page.next_before === null || items.length === 0 || page.next_before <= newest;
  return touches ? [...items, ...fresh].slice(-CAPACITY) : null;
}

/** Follow `filter` until `signal` aborts, telling each new state to `tell`. One that is not understood leaves the last good one followed: `previous`, or
 *  `asked`, the one before it whose answer had not come yet. */
export async function followFilter(host: Host, stream: Stream, filter: string, previous: FilterState | null, asked: string | null, tell: (state: FilterState) => void, signal: AbortSignal): Promise<void> {
  let state = starting(filter, previous);
  tell(state);
  let items: readonly EventRow[] = [];
  const move = (patch: Partial<FilterState>) => {
    state = { ...state, ...patch };
    if (!signal.aborted) tell(state);
  };

  // What is followed, and why it is not the one asked for.
  let target = filter;
  let refused: CommandError | null = null;

  // Everything up to here was looked at.
  let after = 0;
  const first = async () => {
    let scanned = 0;
    let before: number | null = null;
    items = [];
    for (let look = 0; look < LOOKS; look += 1) {
      const page: EventPage = await host.call("events", { before, limit: PAGE, filter: target }, signal);
      items = [...page.events.toReversed(), ...items];
      if (look === 0) after = page.newest;
      scanned += page.scanned;
      before = page.next_before;
      move({ of: target, items, scanned, before, letGo: page.let_go, loading: items.length < ENOUGH && before !== null, error: refused });
      if (items.length >= ENOUGH || before === null) break;
    }
    move({ loading: false });
  };

  let begun = false;
  let seen = -1;
  while (!signal.aborted) {
    try {
      seen = stream.state().received;
      if (!begun) {
        await first();
        begun = true;
      } else {
        const page = await host.call("events", { before: null, after, limit: PAGE, filter: target }, signal);
        after = page.newest;
        const joined = join(items, page);
        const added = page.events.filter((row) => row.seq > newestSeq(items)).length;
        if (joined === null) {
          // More matches than one answer holds came since: start over from the newest, history has the rest.
          items = page.events.toReversed();
          move({ items, before: page.next_before, received: state.received + added, error: refused });
        } else if (added > 0 || state.error !== refused) {
          items = joined;
          move({ items, received: state.received + added, error: refused });
        }
      }
    } catch (thrown) {
      if (isAbort(thrown) || signal.aborted) return;
      const error = CommandError.from(thrown);
      if (error.code === "invalid_input") {
        const good: string | null = refused === null ? (previous?.of ?? asked) : null;
        move({ error: refused ?? error, loading: good !== null && state.of === null });
        if (good === null) return;
        refused = error;
        target = good;
        if (state.of === good) {
          items = state.items.filter(isRow);
          begun = true;
        }
        continue;
      }
      move({ error, loading: false });
      await sleep(2_000, signal);
    }
    await sleep(PACE, signal);
    await moved(stream, seen, signal);
  }
}

/** Wait until the stream has brought something after `seen`. */
function moved(stream: Stream, seen: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || stream.state().received !== seen) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      unsubscribe();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const unsubscribe = stream.subscribe(() => stream.state().received !== seen && done());
    signal.addEventListener("abort", done);
  });
}

/** The part of `filter` that an error names, for the words and the mark. A span outside the text marks all of it. Pure. */
export function markError(filter: string, at: readonly [number, number] | null): { before: string; token: string; after: string } {
  const [start, end] = at ?? [0, filter.length];
  const from = Math.min(Math.max(0, start), filter.length);
  const to = Math.min(Math.max(from, end), filter.length);
  // At the end of the text something is missing: mark the last character.
  const begin = from === to && from > 0 ? from - 1 : from;
  return { before: filter.slice(0, begin), token: filter.slice(begin, to), after: filter.slice(to) };
}
