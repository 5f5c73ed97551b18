// Which event the drawer shows. One for the whole window; a page opens it with `openEvent(row.seq)`.

import { useSyncExternalStore } from "react";

let selected: number | null = null;
const listeners = new Set<() => void>();

function set(seq: number | null): void {
  if (selected === seq) return;
  selected = seq;
  for (const listener of listeners) listener();
}

export function openEvent(seq: number): void {
  set(seq);
}

export function closeEvent(): void {
  set(null);
}

export function useSelectedEvent(): number | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => selected,
    () => selected,
  );
}
