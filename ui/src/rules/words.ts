// The words of rules and of their alerts, in the language of the window.

import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { AlertView } from "@/bindings/AlertView";
import type { RuleView } from "@/bindings/RuleView";
import { useFormat } from "@/format";
import { useWord } from "@/text";
import { ruleOf } from "./rules";

/** A rule as people call it: by the words of this window, else by what its document says, else by its name. */
export function useRuleName(rules: readonly RuleView[]): (id: string) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (id) => {
      const rule = ruleOf(id);
      if (rule !== undefined) return t(`rules.rule.${rule.id}.name`);
      const title = rules.find((each) => each.id === id)?.document?.title;
      if (title === undefined) return id;
      return (i18n.language === "en" ? [title.en, title.zh] : [title.zh, title.en]).find((text) => text.trim() !== "") ?? id;
    },
    [t, i18n.language, rules],
  );
}

export interface AlertText {
  title: string;
  /** Facts beside the title, in order of weight. */
  parts: string[];
}

/** The words of an alert: its rule's sentence with its values filled in. */
export function useAlertText(): (alert: AlertView) => AlertText {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const lang = i18n.language === "en" ? "en" : "zh";
  return (alert) => {
    const value = (name: string) => alert.values[name];
    const money = (name: string) => {
      const amount = value(name);
      return amount === undefined ? value("unread") : format.money(amount, value("currency"));
    };
    const say = { label: alert.label, value, money, format, t, word };
    const rule = ruleOf(alert.rule);
    // A document has said its words when it fired.
    const own = value(`title_${lang}`);
    const facts = rule !== undefined ? rule.facts(say) : own === undefined ? [alert.rule, value("message")] : [value(`body_${lang}`)];
    const times = alert.count > 1 ? t("rules.fact.count", { n: format.ordinal(alert.count) }) : undefined;
    return {
      title: rule === undefined ? (own ?? t("rules.unknown", { label: alert.label })) : t(`rules.rule.${rule.id}.alert`, rule.fill(say)),
      parts: [...facts, times].filter((part): part is string => part !== undefined && part !== ""),
    };
  };
}
