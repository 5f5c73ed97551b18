// The stream of events and the state of the frame. Follows the core outside React; components read slices through hooks. See `react.tsx`.

export { type Aged, type Freshness, useFreshness } from "./as-of";
export { type CatchUp, type CatchUps, progress, type Progress } from "./catch-up";
export { filled, type Fills, fillOf, NO_FILLS } from "./fills";
export { happenedAt, LATE_MS, lateBy, type Order, skewOf, took } from "./late";
export { FOLLOWING, hidden, type Pause, paused, shown, type Tail } from "./pause";
export { LiveProvider, useHost, useLive, useStream, useTaken, useView } from "./react";
export { append, isRow, type Item, itemKey, newestSeq, type Skipped } from "./rows";
export { type KnownSource, type KnownSources, useSources } from "./sources";
export { type Core, INITIAL, type LiveState } from "./state";
export type { Stream } from "./stream";
export type { ViewState } from "./view";
