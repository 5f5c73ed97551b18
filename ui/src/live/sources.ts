// What rows need to know of the sources they came through: name, colour, the difference of the clocks. The same object until one of them changes.

import { useMemo } from "react";
import type { SourceColour } from "@/bindings/SourceColour";
import type { SourceStatus } from "@/bindings/SourceStatus";
import { clearSkew } from "./late";
import { useLive } from "./react";

export interface KnownSource {
  readonly id: string;
  readonly name: string;
  readonly colour: SourceColour;
  /** How far its clock is ahead of ours, ms; 0 where that is not clear. */
  readonly skew: number;
}

export interface KnownSources {
  /** More than one: rows say which they came through. */
  readonly several: boolean;
  of(id: string): KnownSource | null;
}

const NONE: readonly SourceStatus[] = [];

export function useSources(): KnownSources {
  // To the second: the estimate moves with every event, and rows need not be drawn anew for that.
  const key = useLive((live) => (live.frame?.sources ?? NONE).map((source) => `${source.id}\u0000${source.name}\u0000${source.colour}\u0000${Math.round(clearSkew(source.skew_ms) / 1_000)}`).join("\u0001"));
  const sources = useLive((live) => live.frame?.sources ?? NONE);
  return useMemo(() => {
    const known = new Map(sources.map(({ id, name, colour, skew_ms }) => [id, { id, name, colour, skew: Math.round(clearSkew(skew_ms) / 1_000) * 1_000 }]));
    return { several: known.size > 1, of: (id) => known.get(id) ?? null };
    // `key` stands for all that is read of `sources`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
}
