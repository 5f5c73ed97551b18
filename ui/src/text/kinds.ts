// Titles of kinds, from the core's catalogue (data, not code): a kind added to a pack needs no new window.

import { useSyncExternalStore } from "react";
import type { CatalogueView } from "@/bindings/CatalogueView";

let kinds: CatalogueView["kinds"] = {};
const listeners = new Set<() => void>();

export function setKinds(catalogue: CatalogueView): void {
  kinds = catalogue.kinds;
  for (const listener of listeners) listener();
}

/** By kind. */
export function useKinds(): CatalogueView["kinds"] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => kinds,
    () => kinds,
  );
}
