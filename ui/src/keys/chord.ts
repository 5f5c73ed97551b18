// Which key means what. Pure: the state is the chord that was begun, the input a key, the result a name like `g o`, `Space`, `?`.

/** A first key of a chord waits this long for the second, ms. */
const PATIENCE = 1_200;

export interface Chord {
  readonly first: string;
  readonly at: number;
}

export interface Pressed {
  readonly key: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
}

export interface Step {
  readonly chord: Chord | null;
  /** The binding to look up, or null while a chord is open. */
  readonly name: string | null;
}

export function step(chord: Chord | null, pressed: Pressed, now: number): Step {
  const key = pressed.key === " " ? "Space" : pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  if (pressed.ctrl || pressed.meta) return { chord: null, name: `Ctrl+${key}` };
  if (pressed.alt) return { chord: null, name: null };
  if (chord !== null && now - chord.at <= PATIENCE) return { chord: null, name: `${chord.first} ${key}` };
  if (key === "g") return { chord: { first: "g", at: now }, name: null };
  return { chord: null, name: key };
}

const OVERLAY = "[role=menu], [role=listbox], [role=dialog], [role=alertdialog]";

/** Keys that a field, a menu or a dialog needs for itself. `Ctrl+…` and Escape are never taken away. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  // A tick box takes no text; only Space is its own.
  if (target instanceof HTMLInputElement && (target.type === "checkbox" || target.type === "radio") && target.closest(OVERLAY) === null) return false;
  return target.closest(`input, textarea, select, [contenteditable=true], ${OVERLAY}`) !== null;
}

/** Something stands above the page and takes the keyboard, wherever the focus happens to be. */
export function isCovered(root: ParentNode): boolean {
  return root.querySelector("[role=alertdialog], [role=dialog][data-state=open]:not([data-side])") !== null;
}

/** Space and Enter belong to the button or link that has the focus, Space to a tick box. */
export function activates(name: string, target: EventTarget | null): boolean {
  if (name === "Space" && target instanceof Element && target.matches("input[type=checkbox], input[type=radio]")) return true;
  return (name === "Space" || name === "Enter") && target instanceof Element && target.closest("button, a, summary, [role=button], [role=switch], [role=checkbox]") !== null;
}
