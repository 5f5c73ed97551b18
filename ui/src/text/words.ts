// Words for what comes inside data. Unknown words are shown as they came: an ERP may say more than we know.

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { GapView } from "@/bindings/GapView";
import type { LinkState } from "@/bindings/LinkState";
import type { Lang } from "@/format/format";
import { useFormat } from "@/format/react";
import { en } from "./en";
import { type Told, titleKeys } from "./happening";
import { joined } from "./joined";
import { useKinds } from "./kinds";
import { zh } from "./zh";

type Words = typeof zh.words;
/** The groups of plain words. */
export type WordGroup = Exclude<keyof Words, "gap" | "link" | "money">;
export type Word = (group: WordGroup, value: string) => string;

function lookUp(words: Record<string, string>, value: string): string | undefined {
  return Object.hasOwn(words, value) ? words[value] : undefined;
}

/** `word("status", "shipped")` → “已发货”. */
export function useWord(): Word {
  const { lang } = useFormat();
  return useMemo(() => {
    const words: { [G in WordGroup]: Record<string, string> } = lang === "en" ? en.words : zh.words;
    return (group, value) => lookUp(words[group], value) ?? value;
  }, [lang]);
}

/** What happened, in the words that we have for it; undefined where we have none. */
export function happening(told: Told, lang: Lang): string | undefined {
  const words = lang === "en" ? en.words : zh.words;
  const { money, precise } = titleKeys(told);
  if (money !== null) return lookUp(words.money, money);
  return precise.map((key) => lookUp(words.kindAction, key)).find((word) => word !== undefined);
}

/** What an event says happened: a title of the user's own, else by kind, action and type of record where we have words for them, else the kind's title from the catalogue, else as published. */
export function useKindTitle(): (told: Told) => string {
  const { lang } = useFormat();
  const kinds = useKinds();
  return useMemo(
    () => (told) => {
      const known = kinds[told.kind];
      const title = known === undefined ? told.kind : lang === "en" ? known.en : known.zh;
      return known?.own === true ? title : (happening(told, lang) ?? title);
    },
    [lang, kinds],
  );
}

/** What a link is doing, in a few words. */
export function useLinkText(): (state: LinkState, now: number) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (state, now) => {
    switch (state.kind) {
      case "paused":
        return t("words.link.paused");
      case "connecting":
        return state.attempt > 0 ? t("words.link.connectingAgain", { n: format.integer(state.attempt + 1) }) : t("words.link.connecting");
      case "unconfirmed":
        return t("words.link.unconfirmed");
      case "catching_up":
        return t("words.link.catching_up", { done: format.integer(state.done), total: format.integer(state.total) });
      case "live":
        return t("words.link.live");
      case "partly":
        return t("words.link.partly", { n: format.integer(state.refused), of: format.integer(state.asked) });
      case "stale":
        return t("words.link.stale", { age: format.age(now - state.since) });
      case "silent":
        return t("words.link.silent", { age: format.age(now - state.since) });
      case "upstream_down":
        return t("words.link.upstream_down", { age: format.age(now - state.since) });
      case "needs_login":
        return t("words.link.needs_login");
      case "refused":
        return t("words.link.refused");
      case "offline":
        return state.next_try_at > now ? t("words.link.offlineNext", { age: format.age(state.next_try_at - now + 999) }) : t("words.link.offlineNow");
      case "polling":
        return t("words.link.polling", { every: format.duration(state.every_ms) });
    }
  };
}

/** Why a link is not what it should be: our words and the other side's; null when there is nothing to explain. */
export function useLinkReason(): (state: LinkState) => string | null {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  return (state) => {
    switch (state.kind) {
      case "offline":
        return joined([word("cause", state.cause), state.detail]);
      case "polling":
        return t("words.link.pollingWhy", { why: joined([word("cause", state.cause), state.detail]) });
      case "upstream_down":
      case "needs_login":
      case "refused":
        return state.detail === "" ? null : state.detail;
      case "paused":
      case "connecting":
      case "unconfirmed":
      case "catching_up":
      case "live":
      case "partly":
      case "silent":
        return null;
      case "stale":
        return t(state.learned ? "words.link.staleLearned" : "words.link.staleSet", { usual: format.duration(state.usual_ms) });
    }
  };
}

export interface GapText {
  /** `Possible gap 10:02:11 – 10:04:40 (2 min 29 s)` */
  title: string;
  /** `filled from history: 37 events`; null while it is not. */
  filled: string | null;
  reason: string;
  channel: string;
}

/** The words of a gap marker. */
export function useGapText(): (gap: GapView, now: number) => GapText {
  const { t } = useTranslation();
  const format = useFormat();
  return (gap, now) => {
    // A gap of today needs no date; one over midnight needs two.
    const sameDay = new Date(gap.from).toDateString() === new Date(gap.to).toDateString();
    const today = sameDay && new Date(gap.from).toDateString() === new Date(now).toDateString();
    return {
      title: t("words.gap.title", { from: today ? format.time(gap.from) : format.dateTime(gap.from, now), to: sameDay ? format.time(gap.to) : format.dateTime(gap.to, now), length: format.duration(gap.to - gap.from) }),
      filled: gap.filled === null ? null : t("words.gap.filled", { count: gap.filled, n: format.integer(gap.filled) }),
      reason: t(`words.gap.reason.${gap.reason}`),
      channel: gap.channel === null ? t("words.gap.everyChannel") : t("words.gap.channel", { channel: gap.channel }),
    };
  };
}
