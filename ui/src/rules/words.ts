// The words of rules and of their alerts, in the language of the window: those that their documents say.

import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { AlertView } from "@/bindings/AlertView";
import type { RuleView } from "@/bindings/RuleView";
import type { Worded } from "@/bindings/Worded";
import { useFormat } from "@/format";
import { DOT } from "@/text";
import { type AnyLimit, fits } from "./limits";

/** The languages that a document speaks. */
export type Lang = "zh" | "en";

export function useLang(): Lang {
  return useTranslation().i18n.language === "en" ? "en" : "zh";
}

/** What a text says, in one language; the other's where it says nothing. */
export function said(text: Worded, lang: Lang): string {
  const other = lang === "zh" ? text.en : text.zh;
  return text[lang].trim() === "" ? other : text[lang];
}

/** A rule as people call it; by its name where there is no such rule, or it has no title. */
export function useRuleName(rules: readonly Pick<RuleView, "id" | "document">[]): (id: string) => string {
  const lang = useLang();
  return useCallback(
    (id) => {
      const document = rules.find((each) => each.id === id)?.document;
      const title = document === undefined ? "" : said(document.title, lang);
      return title.trim() === "" ? id : title;
    },
    [lang, rules],
  );
}

export interface AlertText {
  title: string;
  /** Facts beside the title, in order of weight. */
  parts: string[];
}

/** What an alert said when it fired. One that an older core stored has no words, and is shown by what it is about. Pure. */
export function alertText({ label, values }: Pick<AlertView, "label" | "values">, lang: Lang): AlertText {
  const worded = (name: string) => said({ zh: values[`${name}_zh`] ?? "", en: values[`${name}_en`] ?? "" }, lang);
  const title = worded("title");
  if (title.trim() === "") return { title: label, parts: [values["message"] ?? ""].filter((part) => part.trim() !== "" && part !== label) };
  return { title, parts: worded("body").split(DOT).filter((part) => part.trim() !== "") };
}

/** The words of an alert, and how often it fired where it did more than once. */
export function useAlertText(): (alert: AlertView) => AlertText {
  const { t } = useTranslation();
  const format = useFormat();
  const lang = useLang();
  return (alert) => {
    const { title, parts } = alertText(alert, lang);
    return { title, parts: alert.count > 1 ? [...parts, t("rules.fact.count", { n: format.ordinal(alert.count) })] : parts };
  };
}

/** What is wrong with a decimal that was typed for a limit; null where nothing is. */
export function useLimitFault(): (limit: AnyLimit, text: string) => string | null {
  const { t } = useTranslation();
  return (limit, text) => ("least" in limit && !fits(limit, text) ? t(`rules.limit.${limit.setting}.wrong`) : null);
}
