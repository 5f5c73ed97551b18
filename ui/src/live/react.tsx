// React's side of the stream: one provider, a few hooks. Components read slices; a slice that did not change does not render again.
//
//   const frame = useLive((live) => live.frame);
//   const { data, error, at } = useView("inventory");
//   const { call } = useHost();

import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import type { Host, ViewName } from "@/host";
import { setClockOffset, tickAlong } from "@/format/clock";
import { Painter } from "./painter";
import { INITIAL, type LiveState } from "./state";
import { Stream } from "./stream";
import { ViewFeed, type ViewState } from "./view";

class World {
  readonly host: Host;
  readonly stream: Stream;
  readonly painter = new Painter();
  readonly #views = new Map<ViewName, ViewFeed<ViewName>>();

  constructor(host: Host) {
    this.host = host;
    this.stream = new Stream(host, this.painter);
  }

  view<N extends ViewName>(name: N): ViewFeed<N> {
    let feed = this.#views.get(name);
    if (feed === undefined) {
      feed = new ViewFeed<ViewName>(this.host, name, () => this.stream.state().versions?.[name] ?? null, this.stream.subscribe, this.painter);
      this.#views.set(name, feed);
    }
    return feed as unknown as ViewFeed<N>;
  }
}

const Context = createContext<World | null>(null);

/** Follows the core as long as it is mounted. */
export function LiveProvider({ host, children }: { host: Host; children: ReactNode }) {
  const world = useMemo(() => new World(host), [host]);
  useEffect(() => {
    const stop = new AbortController();
    void world.stream.run(stop.signal);
    const unsubscribe = world.stream.subscribe(() => setClockOffset(world.stream.state().clockOffset));
    const alone = world.painter.add(tickAlong);
    return () => {
      alone();
      unsubscribe();
      stop.abort();
    };
  }, [world]);
  return <Context value={world}>{children}</Context>;
}

function useWorld(): World {
  const world = useContext(Context);
  if (world === null) throw new Error("LiveProvider is missing above this component.");
  return world;
}

export function useHost(): Host {
  return useWorld().host;
}

/** For what lives outside React and follows the stream itself. */
export function useStream(): Stream {
  return useWorld().stream;
}

/** A slice of the stream's state. `select` must return the same object for the same state. */
export function useLive<T>(select: (live: LiveState) => T): T {
  const { stream } = useWorld();
  return useSyncExternalStore(stream.subscribe, () => select(stream.state()), () => select(INITIAL));
}

/** The same of everything that was taken, told or not, also while the window is hidden. For what draws nothing. */
export function useTaken<T>(select: (live: LiveState) => T): T {
  const { stream } = useWorld();
  return useSyncExternalStore(stream.subscribeTaken, () => select(stream.taken()), () => select(INITIAL));
}

/** The named view, current as long as the component is mounted. */
export function useView<N extends ViewName>(name: N): ViewState<N> & { refresh: () => void } {
  const feed = useWorld().view(name);
  const state = useSyncExternalStore(feed.subscribe, feed.state, feed.state);
  return useMemo(() => ({ ...state, refresh: feed.refresh }), [state, feed]);
}
