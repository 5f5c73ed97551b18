// What the window tells besides what its pages show: the core's notices, and what became of something a person did. It is kept here, outside React, and
// drawn in one strip under the top bar (`frame/notices.tsx`), so that nothing floats above what it talks about.

import { useSyncExternalStore } from "react";
import type { Severity } from "@/bindings/Severity";

/** How long what is not critical stays, ms. What is critical stays until somebody answers it. */
export const STAYS = 8_000;

export interface Notice {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly body: string;
  /** The page that shows the same; null: none does. */
  readonly about: string | null;
  /** Until when its action can be taken; what cannot be taken for long is told first. */
  readonly until?: number;
  /** The first is the main one. */
  readonly actions: readonly { readonly label: string; readonly kbd?: string; readonly run: () => void }[];
}

export interface Told {
  readonly notice: Notice;
  /** Time until it goes by itself, ms. */
  readonly left: number;
  readonly onGone: () => void;
}

const ORDER: readonly Severity[] = ["critical", "warning", "info", "success"];

/** What is told of on `page`, what ends soon before what does not, then the worst first and of these the newest: not what one is looking at. Pure. */
export function visible(told: readonly Told[], page: string): readonly Told[] {
  return told
    .filter(({ notice }) => notice.about !== page)
    .toReversed()
    .sort((a, b) => Number(b.notice.until !== undefined) - Number(a.notice.until !== undefined) || ORDER.indexOf(a.notice.severity) - ORDER.indexOf(b.notice.severity));
}

/** What is left of `told` after `ms`, and what went. Pure. */
export function aged(told: readonly Told[], ms: number): { stays: readonly Told[]; goes: readonly Told[] } {
  const after = told.map((each) => (each.notice.severity === "critical" ? each : { ...each, left: each.left - ms }));
  return { stays: after.filter((each) => each.left > 0), goes: after.filter((each) => each.left <= 0) };
}

let all: readonly Told[] = [];
let made = 0;
const listeners = new Set<() => void>();

function set(next: readonly Told[]): void {
  all = next;
  for (const listener of listeners) listener();
}

/** Show it, in place of an earlier one with the same id. `onGone` is told when a person or time took it away. */
export function showNotice(notice: Notice, onGone: () => void): void {
  set([...all.filter((each) => each.notice.id !== notice.id), { notice, left: STAYS, onGone }]);
}

/** Take it away without a word: whoever told it knows. */
export function removeNotice(id: string): void {
  if (all.some((each) => each.notice.id === id)) set(all.filter((each) => each.notice.id !== id));
}

/** A person put it away. */
export function closeNotice(id: string): void {
  const one = all.find((each) => each.notice.id === id);
  removeNotice(id);
  one?.onGone();
}

/** `ms` have passed in which nobody held them. */
export function passNotices(ms: number): void {
  if (all.length === 0) return;
  const { stays, goes } = aged(all, ms);
  set(stays);
  for (const each of goes) each.onGone();
}

export function useNotices(): readonly Told[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all,
    () => all,
  );
}

type Action = Notice["actions"][number];

function say(severity: Severity, title: string, body = "", action?: Action): void {
  made += 1;
  const id = `said ${made}`;
  const actions = action === undefined ? [] : [{ label: action.label, run: () => (removeNotice(id), action.run()) }];
  showNotice({ id, severity, title, body, about: null, actions }, () => undefined);
}

/** What became of something a person did: `toast("Copied")`, `toast.error("It failed")` with what was said of it in other words; with a way back, once. */
export const toast = Object.assign((text: string, action?: Action) => say("success", text, "", action), {
  error: (text: string, detail?: { readonly description?: string }) => say("warning", text, detail?.description),
});
