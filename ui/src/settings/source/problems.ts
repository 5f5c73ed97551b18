// What keeps a draft from being tried or saved, field by field, and the repair where there is an obvious one. Pure.

import { dialectOf } from "@/dialects";
import { tidyAddress } from "./address";
import type { Draft, DraftField } from "./draft";
import { pagesProblem } from "./erp-pages";
import { readSecret } from "./secret";

export interface Problem {
  /** A key under `sources.problem`. */
  readonly key: "urlEmpty" | "urlScheme" | "urlBad" | "urlSecret" | "tokenEmpty" | "cookieMissing" | "userId" | "webUrl" | "historyPath" | "placeholder" | "pageServer" | "pageSecret" | "seconds" | "minutes" | "proxyEmpty" | "proxyUrl" | "proxySecret" | "proxyUser";
  /** What to name in the words. */
  readonly value?: string;
  /** Makes it good at a click; `shown` is what it becomes. */
  readonly repair?: { readonly shown: string; readonly patch: Partial<Draft> };
}

export type Problems = Partial<Record<DraftField, Problem>>;

/** The placeholders of a history path. */
const PLACEHOLDERS = ["{from}", "{to}", "{from_iso}", "{to_iso}", "{channel}"] as const;
const LONGEST_POLL = 3_600;
/** A week. */
const LONGEST_PAUSE = 10_080;

/** Whether a server may be dialled at `url`. */
export function isSocketUrl(url: string): boolean {
  return URL.canParse(url) && /^wss?:\/\/[^/]/i.test(url);
}

function isWebUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:\/\/[^/]/i.test(url);
}

/** Hosts that are reached without TLS as a rule: this machine and the network around it. */
function isNear(host: string): boolean {
  return /^(localhost|[^.]+|.*\.(local|lan|internal|home\.arpa)|10\..*|127\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|\[::1\]|\[f[cd].*\])$/i.test(host);
}

/** The address that somebody meant who gave a web address or a bare host. */
export function meantAddress(typed: string): string | null {
  const web = /^(https?):\/\/(.+)$/i.exec(typed);
  const bare = /^(\[[\da-f:]+\]|[\p{L}\p{N}._-]+)(:\d{1,5})?([/?].*)?$/iu.exec(typed);
  const meant = web !== null ? `${web[1]?.toLowerCase() === "http" ? "ws" : "wss"}://${web[2]}` : bare !== null ? `${isNear(bare[1] ?? "") ? "ws" : "wss"}://${typed}` : null;
  return meant !== null && isSocketUrl(meant) ? meant : null;
}

function addressProblem(typed: string): Problem | null {
  const url = tidyAddress(typed);
  if (url === "") return { key: "urlEmpty" };
  if (!/^wss?:\/\//i.test(url)) {
    const meant = meantAddress(url);
    return meant === null ? { key: "urlScheme" } : { key: "urlScheme", repair: { shown: meant, patch: { url: meant } } };
  }
  if (!isSocketUrl(url)) return { key: "urlBad" };
  const { username, password } = new URL(url);
  return username !== "" || password !== "" ? { key: "urlSecret" } : null;
}

function historyProblem(typed: string): Problem | null {
  const path = typed.trim();
  if (path === "") return null;
  const unknown = [...path.matchAll(/\{[^}]*\}?/g)].map(([found]) => found).find((found) => !PLACEHOLDERS.some((known) => known === found));
  if (unknown !== undefined) return { key: "placeholder", value: unknown };
  return path.startsWith("/") || isWebUrl(path.replaceAll(/\{\w+\}/g, "0")) ? null : { key: "historyPath" };
}

function proxyProblem(typed: string): Problem | null {
  const url = typed.trim();
  if (url === "") return { key: "proxyEmpty" };
  if (!isWebUrl(url)) {
    const meant = `http://${url}`;
    return !url.includes("://") && isWebUrl(meant) ? { key: "proxyUrl", repair: { shown: meant, patch: { proxyUrl: meant } } } : { key: "proxyUrl" };
  }
  const parsed = new URL(url);
  if (parsed.username === "" && parsed.password === "") return null;
  const proxyUrl = `${parsed.protocol}//${parsed.host}`;
  return { key: "proxySecret", repair: { shown: proxyUrl, patch: { proxyUrl, proxyUser: plain(parsed.username), proxyPassword: plain(parsed.password) } } };
}

function plain(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // A lone percent sign: it stands for itself.
    return encoded;
  }
}

/** Every field that is wrong. Fields that the draft's choices leave out are not looked at. */
export function problemsOf(draft: Draft): Problems {
  const found: Record<string, Problem | null> = {
    url: addressProblem(draft.url),
    token: readSecret(draft.token).found === "missing" ? { key: "cookieMissing" } : null,
    userId: dialectOf(draft.dialect).userAsked === "first" && draft.userRole.trim() !== "" && draft.userId.trim() === "" ? { key: "userId" } : null,
    origin: draft.origin.trim() === "" || isWebUrl(draft.origin.trim()) ? null : { key: "webUrl" },
    wakeUrl: draft.wakeUrl.trim() === "" || isWebUrl(draft.wakeUrl.trim()) ? null : { key: "webUrl" },
    loginUrl: draft.loginUrl.trim() === "" || isWebUrl(draft.loginUrl.trim()) ? null : { key: "webUrl" },
    historyPath: historyProblem(draft.historyPath),
    openUrls: pagesProblem(draft.openUrls),
    pollSeconds: draft.historyPath.trim() === "" || (/^\d+$/.test(draft.pollSeconds.trim()) && Number(draft.pollSeconds) >= 1 && Number(draft.pollSeconds) <= LONGEST_POLL) ? null : { key: "seconds", value: String(LONGEST_POLL) },
    expectMinutes: draft.expectMinutes.trim() === "" || (/^\d+$/.test(draft.expectMinutes.trim()) && Number(draft.expectMinutes) <= LONGEST_PAUSE) ? null : { key: "minutes", value: String(LONGEST_PAUSE) },
    proxyUrl: draft.proxyKind === "through" ? proxyProblem(draft.proxyUrl) : null,
    proxyUser: draft.proxyKind === "through" && draft.proxyPassword !== "" && draft.proxyUser.trim() === "" ? { key: "proxyUser" } : null,
  };
  return Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== null));
}

/** The fields in the order they stand in, for “go to the first that is wrong”. */
const FIELD_ORDER: readonly DraftField[] = ["url", "token", "userId", "userName", "userRole", "name", "channels", "origin", "wakeUrl", "loginUrl", "historyPath", "pollSeconds", "openUrls", "expectMinutes", "caFile", "proxyUrl", "proxyUser", "proxyPassword"];

/** The fields under “Advanced”. */
export const ADVANCED: ReadonlySet<DraftField> = new Set<DraftField>(["origin", "wakeUrl", "loginUrl", "historyPath", "pollSeconds", "openUrls", "expectMinutes", "caFile", "proxyKind", "proxyUrl", "proxyUser", "proxyPassword"]);

export function firstProblem(problems: Problems): DraftField | null {
  return FIELD_ORDER.find((field) => problems[field] !== undefined) ?? null;
}
