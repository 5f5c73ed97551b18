// The alert rules, one entry each, in the order of the settings. Names are the core's, which also says how bad a rule is and whether it is on; the words are
// `rules.rule.<id>`. A rule of a newer core is shown by its name and works all the same.

import type { TFunction } from "i18next";
import type { AlertView } from "@/bindings/AlertView";
import type { SettingsPatch } from "@/bindings/SettingsPatch";
import type { Format } from "@/format";
import type { Word } from "@/text/words";
import type { LimitName } from "./limits";

/** One alert and what it takes to put it into words. */
export interface Say {
  readonly label: string;
  readonly value: (name: string) => string | undefined;
  /** An amount with its currency; as it was published where it could not be read. */
  readonly money: (name: string) => string | undefined;
  readonly format: Format;
  readonly t: TFunction;
  readonly word: Word;
}

interface Rule {
  readonly id: string;
  /** What it is about waits on a page of its own, and is counted there and not among the alerts. */
  readonly elsewhere?: boolean;
  /** The setting that it compares with. */
  readonly limit?: LimitName;
  /** What fills its sentence in. */
  readonly fill: (say: Say) => Record<string, string>;
  /** Facts beside the sentence, in order of weight. */
  readonly facts: (say: Say) => readonly (string | undefined)[];
}

const requester = ({ t, value }: Say) => (value("requester") === undefined ? undefined : t("rules.fact.requester", { requester: value("requester") }));

const hoursLeft = ({ t, value, format }: Say) => {
  const hours = Number(value("hours_left"));
  return Number.isFinite(hours) && hours > 0 ? t("rules.fact.hoursLeft", { hours: format.duration(Math.round(hours * 60) * 60_000) }) : undefined;
};

const onHand = ({ t, value, format }: Say) => {
  const left = value("on_hand");
  return left === undefined ? undefined : t("rules.fact.onHand", { on_hand: format.quantity(left), threshold: format.quantity(value("threshold") ?? "") });
};

const timeLeft = ({ t, value, format }: Say) => {
  const minutes = Number(value("minutes_left"));
  return minutes > 0 ? t("rules.fact.timeLeft", { left: format.duration(minutes * 60_000) }) : undefined;
};

const quiet = ({ t, value, format }: Say) => (value("minutes") === undefined ? undefined : t("rules.fact.quiet", { age: format.duration(Number(value("minutes")) * 60_000) }));

export const RULES = [
  { id: "low_stock", limit: "low_stock_threshold", fill: ({ label }) => ({ label }), facts: (say) => [onHand(say), hoursLeft(say)] },
  {
    id: "approval_requested",
    elsewhere: true,
    fill: ({ label, value, word }) => ({ label: value("number") ?? label, resource_type: word("resourceType", value("resource_type") ?? "") }),
    facts: (say) => [say.money("amount"), requester(say), say.value("message")],
  },
  {
    id: "approval_due",
    elsewhere: true,
    fill: ({ label, value, word }) => ({ label: value("number") ?? label, resource_type: word("resourceType", value("resource_type") ?? "") }),
    facts: (say) => [timeLeft(say), say.money("amount"), requester(say)],
  },
  { id: "finance_overdue", fill: ({ money }) => ({ amount: money("amount") ?? "" }), facts: ({ label, value }) => [value("party"), label] },
  { id: "large_refund", limit: "large_refund", fill: ({ money }) => ({ amount: money("amount") ?? "" }), facts: ({ label, value }) => [value("party"), label] },
  { id: "system_critical", fill: ({ label }) => ({ label }), facts: ({ label, value }) => [value("message") === label ? undefined : value("message")] },
  { id: "feed_stale", limit: "stale_after_seconds", fill: ({ label }) => ({ label }), facts: ({ value }) => [value("message")] },
  { id: "feed_quiet", fill: ({ label }) => ({ label }), facts: (say) => [quiet(say)] },
] as const satisfies readonly Rule[];

/** Undefined for a rule that this window does not know. */
export function ruleOf(id: AlertView["rule"]): (typeof RULES)[number] | undefined {
  return RULES.find((rule) => rule.id === id);
}

/** Whether its alerts are among the alerts: what waits is counted once. */
export function isListed(id: AlertView["rule"]): boolean {
  const rule: Rule | undefined = ruleOf(id);
  return rule?.elsewhere !== true;
}

/** The change of the settings that turns a rule on or off. */
export function switched(id: string, on: boolean): SettingsPatch {
  return { rules_off: { [id]: !on } };
}
