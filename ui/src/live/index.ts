// The stream of events and the state of the frame. Follows the core outside React; components read slices through hooks. See `react.tsx`.

export { FOLLOWING, hidden, type Pause, paused, shown, type Tail } from "./pause";
export { LiveProvider, useHost, useLive, useStream, useView } from "./react";
export { append, isRow, type Item, itemKey, newestSeq, type Skipped } from "./rows";
export { type Core, INITIAL, type LiveState } from "./state";
export type { Stream } from "./stream";
export type { ViewState } from "./view";
