// The rules: on or off, their limit where they have one, and how many of their alerts fire.

import { useTranslation } from "react-i18next";
import type { RuleView } from "@/bindings/RuleView";
import { useFormat } from "@/format";
import { cx, SeverityMark } from "@/parts";
import { toast } from "@/parts/notice";
import { Switch } from "@/parts/switch";
import { ValueEdit } from "@/parts/value-edit";
import { limitOf, ruleOf, switched, useRuleName } from "@/rules";
import { useSettings } from "@/settings";
import { errorDetail, errorText } from "@/text";

export function Rules({ rules, onOpen }: { rules: readonly RuleView[]; onOpen: (rule: RuleView) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useRuleName(rules);
  const { save } = useSettings();
  const set = async (rule: string, on: boolean) => {
    try {
      await save(switched(rule, on));
    } catch (thrown) {
      toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown));
    }
  };
  return (
    <ul>
      {rules.map((rule) => {
        const name = nameOf(rule.id);
        return (
          <li key={rule.id} className="flex items-center gap-3 border-t border-line/55 px-4 py-1.5">
            <Switch label={t("alerts.ruleSwitch", { rule: name })} checked={rule.enabled} onChange={(on) => void set(rule.id, on)} />
            <span className="min-w-0 flex-1">
              <span className={cx("flex items-center gap-1.5", !rule.enabled && "text-ink-3")}>
                <SeverityMark severity={rule.severity} word={false} className={rule.enabled ? undefined : "!text-ink-3"} />
                {rule.document === null ? (
                  <span className="truncate font-[540]">{name}</span>
                ) : (
                  <button type="button" aria-label={t("alerts.rule.open", { rule: name })} onClick={() => onOpen(rule)} className="truncate rounded font-[540] hover:underline">
                    {name}
                  </button>
                )}
              </span>
              <span className={cx("block truncate text-[12px] text-ink-3", rule.document !== null && "font-mono")}>
                <Limit rule={rule} name={name} />
              </span>
            </span>
            <span className={cx("num flex-none text-[12px]", rule.firing > 0 ? "text-warn" : "text-ink-3")}>{!rule.enabled ? t("alerts.ruleOff") : rule.firing > 0 ? t("alerts.ruleFiring", { n: format.integer(rule.firing) }) : t("alerts.ruleCalm")}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** The limit, to be changed where it stands; for a rule without one, what it looks for. */
function Limit({ rule, name }: { rule: RuleView; name: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { settings, save } = useSettings();
  if (rule.fault !== null) return <span className="font-sans text-crit">{t("alerts.rule.fault", { why: rule.fault })}</span>;
  if (rule.document !== null) return <span title={rule.document.when}>{rule.document.when}</span>;
  const known = ruleOf(rule.id);
  if (known === undefined) return "";
  if (!("limit" in known) || rule.threshold === null) return t(`rules.rule.${known.id}.text`);
  const limit = limitOf(known.limit);
  const shown = t(`rules.rule.${known.id}.limit`, { n: limit.unit === "money" ? format.money(rule.threshold) : format.quantity(rule.threshold) });
  const onSave = async (text: string | null) => (text === null ? settings : save(limit.set(text)));
  return <ValueEdit label={t("alerts.ruleThreshold", { rule: name })} value={rule.threshold} shown={shown} onSave={onSave} className="text-ink-2" />;
}
