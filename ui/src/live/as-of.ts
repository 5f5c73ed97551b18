// Which numbers are not current, and since when: those that rest on a source whose events do not come, or come from nowhere.

import { useMemo } from "react";
import type { LinkState } from "@/bindings/LinkState";
import type { SourceStatus } from "@/bindings/SourceStatus";
import { useLive } from "./react";

/** A source that is not current. */
export interface Aged {
  readonly id: string;
  readonly name: string;
  readonly kind: LinkState["kind"];
  /** Until when it was; null: never, as far as known. */
  readonly at: number | null;
}

export interface Freshness {
  /** Why what is shown of this source is not current; null: it is. `source` is what rows call it. */
  of(source: string): Aged | null;
  /** What a sum over all sources rests on and is not current; what never told anything and what the user paused is no part of it while there are others. */
  readonly aged: readonly Aged[];
  /** No source is current. */
  readonly none: boolean;
}

/** Until when what a source told is current; undefined: it still is. A link that is only being made, or is confirmed by nobody yet, is not known to be worse. */
export function currentUntil({ state, last_sign_at, last_event_at }: Pick<SourceStatus, "state" | "last_sign_at" | "last_event_at">): number | null | undefined {
  switch (state.kind) {
    case "live":
    case "partly":
    case "unconfirmed":
    case "catching_up":
    case "polling":
      return undefined;
    case "connecting":
      return state.attempt === 0 ? undefined : (last_sign_at ?? last_event_at);
    case "stale":
    case "silent":
    case "upstream_down":
      return state.since;
    case "paused":
    case "offline":
    case "needs_login":
    case "refused":
      return last_sign_at ?? last_event_at;
  }
}

type Known = Pick<SourceStatus, "id" | "realm" | "name" | "state" | "last_sign_at" | "last_event_at">;

/** Pure: what is current of these sources. Of several that are one ERP, one is enough. */
export function freshness(sources: readonly Known[]): Freshness {
  const realms = new Map<string, { aged: Aged | null; told: boolean }>();
  for (const source of sources) {
    const at = currentUntil(source);
    const before = realms.get(source.realm);
    const told = (before?.told ?? false) || source.last_event_at !== null;
    const known = { id: source.id, name: source.name, kind: source.state.kind };
    if (at === undefined || before?.aged === null) realms.set(source.realm, { aged: null, told });
    // The one that was current for longest speaks for all.
    else realms.set(source.realm, { aged: before !== undefined && (before.aged.at ?? 0) >= (at ?? 0) ? before.aged : { ...known, at }, told });
  }
  const all = [...realms.values()];
  const none = all.length > 0 && all.every((realm) => realm.aged !== null);
  const telling = all.filter((realm) => realm.told && realm.aged?.kind !== "paused");
  const counted = none && telling.length === 0 ? all : telling;
  return { of: (source) => realms.get(source)?.aged ?? null, aged: counted.flatMap(({ aged }) => aged ?? []), none };
}

const NONE: readonly SourceStatus[] = [];

/** Answers the same object until one of the sources begins or ceases to be current. */
export function useFreshness(): Freshness {
  const key = useLive((live) => (live.frame?.sources ?? NONE).map((source) => [source.id, source.realm, source.name, source.state.kind, currentUntil(source), source.last_event_at === null].join("\u0000")).join("\u0001"));
  const sources = useLive((live) => live.frame?.sources ?? NONE);
  // `key` stands for all that is read of `sources`.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => freshness(sources), [key]);
}
