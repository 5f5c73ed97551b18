// A source as it is typed, and the source it becomes. Pure.

import type { DialectName } from "@/bindings/DialectName";
import type { Source } from "@/bindings/Source";

export interface Draft {
  readonly name: string;
  readonly url: string;
  readonly dialect: DialectName;
  readonly token: string;
  readonly channels: string;
}

export const BLANK: Draft = { name: "", url: "", dialect: "native", token: "", channels: "" };

export function draftOf(source: Source): Draft {
  return { name: source.name, url: source.url, dialect: source.dialect, token: "", channels: source.channels.join(", ") };
}

/** Whether a server may be dialled at `url`. */
export function isSocketUrl(url: string): boolean {
  return URL.canParse(url) && /^wss?:\/\/[^/]/i.test(url);
}

export function channelsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,，、;；]+/).filter((name) => name !== ""))];
}

/** A new source gets `id`; an edited one keeps its own. A token left empty is null, which keeps the stored one. */
export function sourceOf(draft: Draft, before: Source | null, id: string): Source {
  const url = draft.url.trim();
  const name = draft.name.trim();
  return {
    id: before?.id ?? id,
    name: name !== "" ? name : URL.canParse(url) ? new URL(url).host : url,
    url,
    dialect: draft.dialect,
    channels: channelsOf(draft.channels),
    token: draft.token === "" ? null : draft.token,
    paused: before?.paused ?? false,
    demo: before?.demo ?? false,
  };
}

/** What the token field says: a stored token goes only to the address it was given for. */
export function tokenHint(draft: Draft, before: Source | null): "tokenNew" | "tokenKeep" | "tokenMoved" {
  if (before === null) return "tokenNew";
  return draft.url.trim() === before.url ? "tokenKeep" : "tokenMoved";
}

export function withSource(sources: readonly Source[], source: Source): Source[] {
  return sources.some((each) => each.id === source.id) ? sources.map((each) => (each.id === source.id ? source : each)) : [...sources, source];
}
