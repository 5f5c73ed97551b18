// The keyboard. One listener for the window; components lay their bindings on top of each other, the newest wins.
//
//   useKeys({ a: approve, "g i": () => go("inventory"), Space: toggle });
//
// A binding that returns false lets the key fall through to the one below.

import { useEffect, useRef } from "react";
import { activates, type Chord, isCovered, isTyping, step } from "./chord";

export type Bindings = Readonly<Record<string, (event: KeyboardEvent) => void | boolean>>;

const layers: { current: Bindings }[] = [];
let chord: Chord | null = null;

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const next = step(chord, { key: event.key, ctrl: event.ctrlKey, meta: event.metaKey, alt: event.altKey }, performance.now());
  if ((isTyping(event.target) && !next.name?.startsWith("Ctrl+")) || isCovered(document)) {
    chord = null;
    return;
  }
  chord = next.chord;
  if (next.name === null || activates(next.name, event.target)) return;
  for (const layer of layers.toReversed()) {
    const binding = layer.current[next.name];
    if (binding !== undefined && binding(event) !== false) {
      event.preventDefault();
      return;
    }
  }
}

/** Bind keys as long as the component is mounted. */
export function useKeys(bindings: Bindings, enabled = true): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    if (!enabled) return;
    if (layers.length === 0) window.addEventListener("keydown", onKeyDown);
    layers.push(latest);
    return () => {
      layers.splice(layers.indexOf(latest), 1);
      if (layers.length === 0) window.removeEventListener("keydown", onKeyDown);
    };
  }, [enabled]);
}
