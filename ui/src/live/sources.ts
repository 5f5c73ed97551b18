// What rows need to know of the sources they came through: name and colour. The same object until one of them changes.

import { useMemo } from "react";
import type { SourceColour } from "@/bindings/SourceColour";
import type { SourceStatus } from "@/bindings/SourceStatus";
import { useLive } from "./react";

export interface KnownSource {
  readonly id: string;
  readonly name: string;
  readonly colour: SourceColour;
}

export interface KnownSources {
  /** More than one: rows say which they came through. */
  readonly several: boolean;
  of(id: string): KnownSource | null;
}

const NONE: readonly SourceStatus[] = [];

export function useSources(): KnownSources {
  // A source's status is another object in each frame; rows need not be drawn anew for that.
  const key = useLive((live) => (live.frame?.sources ?? NONE).map((source) => `${source.id}\u0000${source.name}\u0000${source.colour}`).join("\u0001"));
  const sources = useLive((live) => live.frame?.sources ?? NONE);
  return useMemo(() => {
    const known = new Map(sources.map(({ id, name, colour }) => [id, { id, name, colour }]));
    return { several: known.size > 1, of: (id) => known.get(id) ?? null };
    // `key` stands for all that is read of `sources`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
}
