// Which alerts are news, for a window that has to tell them itself. Pure: the state moves with every look at the alerts.
//
// At most three stand on the screen; what comes while they do is counted in one summary. What had been going on for a minute when it was first seen is
// history. What no longer fires is taken away.

import type { AlertView } from "@/bindings/AlertView";
import type { Delivery } from "@/bindings/Delivery";

/** At once. */
export const AT_ONCE = 3;
/** Older than this at first sight is not news, ms. */
const LATE = 60_000;

export interface News {
  /** The alerts of the last look and whether they fired. */
  readonly seen: ReadonlyMap<string, boolean>;
  /** On the screen. */
  readonly shown: readonly string[];
  /** News there was no room for. */
  readonly held: readonly string[];
}

export const NO_NEWS: News = { seen: new Map(), shown: [], held: [] };

export interface Step {
  readonly news: News;
  readonly show: readonly AlertView[];
  readonly remove: readonly string[];
}

export function looked(news: News, active: readonly AlertView[], delivery: Delivery, now: number): Step {
  const firing = new Set(active.filter((alert) => alert.state === "firing").map((alert) => alert.id));
  const fresh = active.filter((alert) => {
    const before = news.seen.get(alert.id);
    const began = before === undefined ? now - alert.first_at <= LATE : !before;
    // A critical system alert takes the whole window already.
    return firing.has(alert.id) && began && alert.rule !== "system_critical" && delivery[alert.severity].toast;
  });
  const standing = news.shown.filter((id) => firing.has(id));
  const room = Math.max(0, AT_ONCE - standing.length);
  const show = fresh.slice(0, room);
  return {
    news: {
      seen: new Map(active.map((alert) => [alert.id, firing.has(alert.id)])),
      shown: [...standing, ...show.map((alert) => alert.id)],
      held: [...news.held.filter((id) => firing.has(id)), ...fresh.slice(room).map((alert) => alert.id)],
    },
    show,
    remove: news.shown.filter((id) => !firing.has(id)),
  };
}

/** Somebody put one away, or its time was over. */
export function putAway(news: News, id: string): News {
  return { ...news, shown: news.shown.filter((each) => each !== id) };
}

/** Somebody has looked at the rest. */
export function seenRest(news: News): News {
  return { ...news, held: [] };
}

const APPROVAL = "approval_requested:approval:";

/** The request that an alert is about; null when it is about something else. */
export function requestOf(alert: Pick<AlertView, "id" | "label" | "values">): { key: string; number: string } | null {
  if (!alert.id.startsWith(APPROVAL)) return null;
  return { key: alert.id.slice(APPROVAL.length), number: alert.values.number ?? alert.label };
}
