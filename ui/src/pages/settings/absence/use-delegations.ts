// What the gateways hold of the user's delegations: asked for when somebody looks, after a change from here, and when the sources are others.

import { useCallback, useEffect, useState } from "react";
import type { DelegationsView } from "@/bindings/DelegationsView";
import { CommandError, isAbort } from "@/host";
import { useHost } from "@/live";
import { useSettings } from "@/settings";

export interface Delegations {
  /** The last answer; null before the first. */
  readonly data: DelegationsView | null;
  /** When it came, by this machine's clock. */
  readonly at: number | null;
  readonly error: CommandError | null;
  readonly busy: boolean;
  refresh(): void;
}

export function useDelegations(): Delegations {
  const host = useHost();
  const { sources } = useSettings().settings;
  const [state, set] = useState<Omit<Delegations, "refresh">>({ data: null, at: null, error: null, busy: true });
  const [turn, setTurn] = useState(0);
  const asked = sources.map(({ id, paused }) => `${id}${paused ? " paused" : ""}`).join("\n");
  useEffect(() => {
    const stop = new AbortController();
    host
      .call("delegations", { source: null }, stop.signal)
      .then((data) => set({ data, at: Date.now(), error: null, busy: false }))
      .catch((thrown: unknown) => {
        // What was known stays on screen.
        if (!isAbort(thrown)) set((before) => ({ ...before, error: CommandError.from(thrown), busy: false }));
      });
    return () => stop.abort();
  }, [host, asked, turn]);
  const refresh = useCallback(() => {
    set((before) => ({ ...before, busy: true }));
    setTurn((turn) => turn + 1);
  }, []);
  return { ...state, refresh };
}
