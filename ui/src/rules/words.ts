// The words of rules and of their alerts, in the language of the window.

import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { AlertView } from "@/bindings/AlertView";
import { useFormat } from "@/format";
import { useWord } from "@/text";
import { ruleOf } from "./rules";

/** A rule as people call it; one that is not known here by its name. */
export function useRuleName(): (id: string) => string {
  const { t } = useTranslation();
  return useCallback(
    (id) => {
      const rule = ruleOf(id);
      return rule === undefined ? id : t(`rules.rule.${rule.id}.name`);
    },
    [t],
  );
}

export interface AlertText {
  title: string;
  /** Facts beside the title, in order of weight. */
  parts: string[];
}

/** The words of an alert: its rule's sentence with its values filled in. */
export function useAlertText(): (alert: AlertView) => AlertText {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  return (alert) => {
    const value = (name: string) => alert.values[name];
    const money = (name: string) => {
      const amount = value(name);
      return amount === undefined ? value("unread") : format.money(amount, value("currency"));
    };
    const say = { label: alert.label, value, money, format, t, word };
    const rule = ruleOf(alert.rule);
    const facts = rule === undefined ? [alert.rule, value("message")] : rule.facts(say);
    const times = alert.count > 1 ? t("rules.fact.count", { n: format.ordinal(alert.count) }) : undefined;
    return {
      title: rule === undefined ? t("rules.unknown", { label: alert.label }) : t(`rules.rule.${rule.id}.alert`, rule.fill(say)),
      parts: [...facts, times].filter((part): part is string => part !== undefined && part !== ""),
    };
  };
}
