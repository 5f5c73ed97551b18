// What the palette finds: things that the core knows by name, number or party, and the events that what was typed would filter.

import { Box, CircleCheckBig, Filter, ListFilter, ReceiptText, Users } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { EventPage } from "@/bindings/EventPage";
import type { FoundRow } from "@/bindings/FoundRow";
import type { FoundView } from "@/bindings/FoundView";
import { written } from "@/filter";
import { useFormat } from "@/format";
import { useHost } from "@/live";
import { go } from "@/route";
import type { PageName } from "@/route/pages";
import { openEvent } from "@/route/selection";
import { joined, useKindTitle, useWord } from "@/text";
import { useAnswer } from "./answer";
import type { Entry, Group } from "./palette-entry";

/** Things of one kind in the list. */
const SHOWN = 5;
/** Events that are counted, at most; more are said to be more. */
const COUNTED = 200;
/** Kinds that stand in the list by themselves. */
const KINDS = 3;
/** What is typed stands still for so long before it is asked, ms; the store is asked later, for it has more to look through. */
const TYPING = 120;
const SEARCHING = 260;

const KNOWN = ["products", "orders", "approvals", "parties"] as const satisfies readonly (keyof FoundView)[];

const WAYS: Record<(typeof KNOWN)[number], { icon: typeof Box; page: (row: FoundRow) => PageName; find: (row: FoundRow) => string | null }> = {
  products: { icon: Box, page: () => "inventory", find: (row) => row.detail },
  orders: { icon: ReceiptText, page: () => "orders", find: (row) => row.label },
  approvals: { icon: CircleCheckBig, page: () => "approvals", find: () => null },
  parties: { icon: Users, page: (row) => (row.sort === "order" ? "orders" : "finance"), find: (row) => row.label },
};

/** To the thing's row on its page, with its newest event in the drawer. */
function lead(kind: (typeof KNOWN)[number], row: FoundRow): void {
  const { page, find } = WAYS[kind];
  const text = find(row);
  go(page(row), text === null ? {} : { find: /[\s,，、]/.test(text) ? `"${text}"` : text });
  if (kind !== "parties" && row.seq > 0) openEvent(row.seq);
}

/** Groups of what is found for `text`; those that answer an older text are stale. Searching for events is the last of all. */
export function useFoundGroups(text: string): readonly Group[] {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const title = useKindTitle();
  const host = useHost();
  const found = useAnswer(text, TYPING, useCallback((text: string, signal: AbortSignal) => host.call("find", { text, limit: SHOWN }, signal), [host]));
  const events = useAnswer(text, SEARCHING, useCallback((filter: string, signal: AbortSignal) => host.call("events", { before: null, limit: COUNTED, filter }, signal), [host]));
  return useMemo(() => {
    if (text === "") return [];
    const stale = found?.of !== text;
    const known = KNOWN.flatMap((kind): Group[] => {
      const { rows = [], total = 0 } = found?.answer?.[kind] ?? {};
      if (rows.length === 0) return [];
      const Icon = WAYS[kind].icon;
      const heading = t(`frame.palette.found.${kind}`);
      const entries = rows.map((row): Entry => {
        const status = row.status === null ? null : word(kind === "approvals" ? "approvalStatus" : "status", row.status);
        return { value: `${kind} ${row.key}`, icon: <Icon aria-hidden />, text: row.label, note: joined([row.detail === row.label ? null : row.detail, status]), stale, onSelect: () => lead(kind, row) };
      });
      return [{ id: kind, heading: total > rows.length ? t("frame.palette.found.of", { heading, shown: format.integer(rows.length), total: format.integer(total) }) : heading, entries }];
    });
    const page = events?.of === text ? events.answer : null;
    const count = (n: number) => (page === null ? "" : page.next_before === null ? t("frame.palette.found.count", { n: format.integer(n) }) : n === 0 ? "" : t("frame.palette.found.atLeast", { n: format.integer(n) }));
    const kinds = page === null ? [] : byKind(page);
    const ofKinds = (kinds.length < 2 ? [] : kinds.slice(0, KINDS)).map(([kind, n]): Entry => ({ value: `kind ${kind}`, icon: <ListFilter aria-hidden />, text: title({ kind }), note: count(n), onSelect: () => go("events", { filter: `${written("kind", kind)} ${text}` }) }));
    const all: Entry = { value: "search events", icon: <Filter aria-hidden />, text: t("frame.palette.filterBy", { text }), note: page === null ? "" : count(page.events.length), onSelect: () => go("events", { filter: text }) };
    return [...known, { id: "events", heading: t("frame.palette.filter"), entries: [...ofKinds, all] }];
  }, [t, format, word, title, text, found, events]);
}

/** How many of a page's events are of each kind, most first. Pure. */
export function byKind(page: EventPage): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { kind } of page.events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
