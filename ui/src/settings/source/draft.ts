// A source as it is typed, and the source it becomes. Pure.

import type { DialectName } from "@/bindings/DialectName";
import type { Source } from "@/bindings/Source";
import type { SourceColour } from "@/bindings/SourceColour";
import { dialectOf, type UserField } from "@/dialects";
import { SOURCE_COLOURS } from "@/parts";
import { tidyAddress } from "./address";
import { textOfUrls, urlsOf } from "./erp-pages";
import { readSecret } from "./secret";

/** The way to the server: what `Source.proxy` holds, taken apart. */
export type ProxyKind = "environment" | "direct" | "through";

export interface Draft {
  readonly url: string;
  readonly dialect: DialectName;
  readonly token: string;
  readonly userId: string;
  readonly userRole: string;
  readonly userName: string;
  readonly origin: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly name: string;
  readonly colour: SourceColour;
  readonly channels: string;
  readonly wakeUrl: string;
  readonly loginUrl: string;
  readonly historyPath: string;
  /** A line for each type of request: see `erp-pages.ts`. */
  readonly openUrls: string;
  readonly pollSeconds: string;
  readonly expectMinutes: string;
  readonly caFile: string;
  readonly proxyKind: ProxyKind;
  readonly proxyUrl: string;
  readonly proxyUser: string;
  readonly proxyPassword: string;
}

/** A field that can be wrong or can be pointed at. */
export type DraftField = keyof Draft;

const POLL_SECONDS = 15;

export const BLANK: Draft = {
  url: "",
  dialect: "auto",
  token: "",
  userId: "",
  userRole: "",
  userName: "",
  origin: "",
  timeZone: "",
  currency: "",
  name: "",
  colour: "blue",
  channels: "",
  wakeUrl: "",
  loginUrl: "",
  historyPath: "",
  openUrls: "",
  pollSeconds: String(POLL_SECONDS),
  expectMinutes: "",
  caFile: "",
  proxyKind: "environment",
  proxyUrl: "",
  proxyUser: "",
  proxyPassword: "",
};

export function draftOf(source: Source): Draft {
  const proxyKind = source.proxy === "" ? "environment" : source.proxy === "direct" ? "direct" : "through";
  return {
    url: source.url,
    dialect: source.dialect,
    token: "",
    userId: source.user_id,
    userRole: source.user_role,
    userName: source.user_name,
    origin: source.origin,
    timeZone: source.time_zone,
    currency: source.currency,
    name: source.name,
    colour: source.colour,
    channels: source.channels.join(", "),
    wakeUrl: source.wake_url,
    loginUrl: source.login_url,
    historyPath: source.history_path,
    openUrls: textOfUrls(source.open_urls),
    pollSeconds: String(source.poll_seconds),
    expectMinutes: source.expect_minutes === null ? "" : String(source.expect_minutes),
    caFile: source.ca_file,
    proxyKind,
    proxyUrl: proxyKind === "through" ? source.proxy : "",
    proxyUser: source.proxy_user,
    proxyPassword: "",
  };
}

/** A draft for one more source: in the first colour that none of the others has. */
export function blankBeside(sources: readonly Source[]): Draft {
  return { ...BLANK, colour: SOURCE_COLOURS.find((colour) => !sources.some((source) => source.colour === colour)) ?? SOURCE_COLOURS[sources.length % SOURCE_COLOURS.length] ?? "blue" };
}

export function channelsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,，、;；]+/).filter((name) => name !== ""))];
}

/** What a source without a name is called. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** A new source gets `id`; an edited one keeps its own. A secret left empty is null, which keeps the stored one. */
export function sourceOf(draft: Draft, before: Source | null, id: string): Source {
  const url = tidyAddress(draft.url);
  const name = draft.name.trim();
  const secret = readSecret(draft.token);
  const through = draft.proxyKind === "through";
  const told = (field: UserField) => (dialectOf(draft.dialect).user.includes(field) ? draft[field].trim() : "");
  return {
    id: before?.id ?? id,
    name: name !== "" ? name : hostOf(url),
    url,
    dialect: draft.dialect,
    channels: channelsOf(draft.channels),
    token: secret.value === "" ? null : secret.value,
    paused: before?.paused ?? false,
    demo: before?.demo ?? false,
    colour: draft.colour,
    user_id: told("userId"),
    user_role: told("userRole"),
    user_name: told("userName"),
    origin: draft.origin.trim(),
    wake_url: draft.wakeUrl.trim(),
    login_url: draft.loginUrl.trim(),
    history_path: draft.historyPath.trim(),
    open_urls: urlsOf(draft.openUrls),
    poll_seconds: draft.historyPath.trim() === "" ? POLL_SECONDS : Number(draft.pollSeconds),
    expect_minutes: draft.expectMinutes.trim() === "" ? null : Number(draft.expectMinutes),
    ca_file: draft.caFile.trim(),
    proxy: draft.proxyKind === "environment" ? "" : through ? draft.proxyUrl.trim() : "direct",
    proxy_user: through ? draft.proxyUser.trim() : "",
    proxy_password: through && draft.proxyPassword !== "" ? draft.proxyPassword : null,
    time_zone: draft.timeZone.trim(),
    currency: draft.currency.trim(),
    same_as: before?.same_as ?? "",
  };
}

/** Whether a try of `a` tells anything about `b`: all but the name, the colour, the ERP's pages and how often events are expected is the same. */
export function sameTry(a: Draft, b: Draft): boolean {
  const keys = Object.keys(a) as DraftField[];
  return keys.every((key) => key === "name" || key === "colour" || key === "expectMinutes" || key === "openUrls" || a[key] === b[key]);
}

/** The parts under “Advanced” that say something, so that a closed fold hides nothing. */
export function advancedParts(draft: Draft): ("origin" | "currency" | "timeZone" | "wakeUrl" | "loginUrl" | "historyPath" | "openUrls" | "expectMinutes" | "caFile" | "proxy")[] {
  const parts = (["origin", "currency", "timeZone", "wakeUrl", "loginUrl", "historyPath", "openUrls", "expectMinutes", "caFile"] as const).filter((key) => draft[key].trim() !== "");
  return draft.proxyKind === "environment" ? parts : [...parts, "proxy"];
}
