// The rules: on or off, their limit where they have one, and how many of their alerts fire.

import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import type { RuleView } from "@/bindings/RuleView";
import { useFormat } from "@/format";
import { CommandError } from "@/host";
import { cx, SeverityMark } from "@/parts";
import { Switch } from "@/parts/switch";
import { ValueEdit } from "@/parts/value-edit";
import { useSettings } from "@/settings";
import { useWord } from "@/text";

const LIMITS = ["low_stock", "large_refund", "feed_stale"] as const;
const TEXTS = ["low_stock", "approval_requested", "finance_overdue", "large_refund", "system_critical", "feed_stale", "feed_quiet"] as const;

export function Rules({ rules }: { rules: readonly RuleView[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const { settings, save } = useSettings();
  const set = async (rule: string, on: boolean) => {
    try {
      await save({ rules_off: on ? settings.rules_off.filter((each) => each !== rule) : [...settings.rules_off, rule] });
    } catch (thrown) {
      toast.error(t("frame.done.failed", { error: CommandError.from(thrown).message }));
    }
  };
  return (
    <ul>
      {rules.map((rule) => {
        const name = word("rule", rule.id);
        const text = TEXTS.find((each) => each === rule.id);
        return (
          <li key={rule.id} className="flex items-center gap-3 border-t border-line/55 px-4 py-1.5">
            <Switch label={t("alerts.ruleSwitch", { rule: name })} checked={rule.enabled} onChange={(on) => void set(rule.id, on)} />
            <span className="min-w-0 flex-1">
              <span className={cx("flex items-center gap-1.5", !rule.enabled && "text-ink-3")}>
                <SeverityMark severity={rule.severity} word={false} className={rule.enabled ? undefined : "!text-ink-3"} />
                <span className="truncate font-[540]">{name}</span>
              </span>
              <span className="block truncate text-[12px] text-ink-3">
                <Limit rule={rule} fallback={text === undefined ? "" : t(`alerts.ruleText.${text}`)} name={name} />
              </span>
            </span>
            <span className={cx("num flex-none text-[12px]", rule.firing > 0 ? "text-warn" : "text-ink-3")}>{!rule.enabled ? t("alerts.ruleOff") : rule.firing > 0 ? t("alerts.ruleFiring", { n: format.integer(rule.firing) }) : t("alerts.ruleCalm")}</span>
          </li>
        );
      })}
    </ul>
  );
}

function Limit({ rule, fallback, name }: { rule: RuleView; fallback: string; name: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { settings, save } = useSettings();
  const limit = LIMITS.find((each) => each === rule.id);
  if (limit === undefined || rule.threshold === null) return fallback;
  const shown = t(`alerts.threshold.${limit}`, { n: limit === "large_refund" ? format.money(rule.threshold) : format.quantity(rule.threshold) });
  const onSave = async (text: string | null) => {
    if (text === null) return settings;
    switch (limit) {
      case "low_stock":
        return save({ low_stock_threshold: Number(text) });
      case "large_refund":
        return save({ large_refund: text });
      case "feed_stale":
        return save({ stale_after_seconds: Math.round(Number(text)) });
    }
  };
  return <ValueEdit label={t("alerts.ruleThreshold", { rule: name })} value={rule.threshold} shown={shown} onSave={onSave} className="text-ink-2" />;
}
