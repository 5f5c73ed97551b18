// The kinds of server, one entry each, in the order they are offered. Words are `sources.dialect.<name>`.

import type { DialectName } from "@/bindings/DialectName";

/** Who we are to a server. */
export type UserField = "userId" | "userName" | "userRole";

interface Dialect {
  /** What opens its door: the label's key under `sources.form`. */
  readonly secret: "token" | "cookie" | "either";
  /** What is told of the user. */
  readonly user: readonly UserField[];
  /** Where that is asked: beside the token, under “Advanced”, or nowhere. */
  readonly userAsked: "first" | "advanced" | "never";
  /** It may look at where a caller's page comes from. */
  readonly origin: boolean;
  /** Signing in on its page yields the session cookie it wants. */
  readonly signInPage: boolean;
  /** It may open its socket only after it was asked over HTTP. */
  readonly wakes: boolean;
}

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  // Whatever it turns out to be: what is filled in is kept, and asked for once the kind is known.
  auto: { secret: "either", user: ["userId", "userName", "userRole"], userAsked: "never", origin: true, signInPage: true, wakes: true },
  native: { secret: "token", user: [], userAsked: "never", origin: false, signInPage: false, wakes: false },
  erp: { secret: "cookie", user: ["userId"], userAsked: "advanced", origin: true, signInPage: true, wakes: true },
  socket_io: { secret: "token", user: ["userId", "userName", "userRole"], userAsked: "first", origin: true, signInPage: false, wakes: false },
  hub: { secret: "token", user: [], userAsked: "never", origin: true, signInPage: false, wakes: false },
};

/** A kind that a server can speak. */
export type Spoken = Exclude<DialectName, "auto">;

export const DIALECT_NAMES: readonly DialectName[] = Object.keys(DIALECTS).filter((name): name is DialectName => name === "auto" || isSpoken(name));

/** Whether what a link says it speaks is a kind that this window knows. */
export function isSpoken(name: string): name is Spoken {
  return name !== "auto" && Object.hasOwn(DIALECTS, name);
}
