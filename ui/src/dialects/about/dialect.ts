// What the window knows of one kind of server: what its form asks for, and its words.

import type { Lang } from "@/format/format";

/** Who we are to a server. */
export type UserField = "userId" | "userName" | "userRole";

/** What to do about being turned away: a key under `sources.advice`, and the field where to do it. */
export interface Remedy {
  readonly key: "signInNone" | "signInRefused" | "signInEither" | "expired" | "origin" | "limit";
  readonly field: "token" | "origin" | null;
}

/** Its title, what it can do, and what opens its door. */
export type DialectWords = Readonly<Record<"title" | "help" | "hint", string>>;

export interface Dialect {
  /** Its place among those that are offered. */
  readonly place: number;
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
  /** Close reasons and close codes with which its servers turn somebody away, as the protocol spells them. Our own words may follow in brackets. */
  readonly turnsAway: readonly (readonly [RegExp, Remedy])[];
  readonly words: Readonly<Record<Lang, DialectWords>>;
}
