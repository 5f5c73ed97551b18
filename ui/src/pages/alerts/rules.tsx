// The rules: on or off, when each holds, the limit of the settings that it compares with, and how many of its alerts fire.

import { RotateCcw } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RuleView } from "@/bindings/RuleView";
import { useFormat } from "@/format";
import { cx, IconButton, SeverityMark } from "@/parts";
import { toast } from "@/parts/notice";
import { Switch } from "@/parts/switch";
import { ValueEdit } from "@/parts/value-edit";
import { limitOf, switched, useLimitFault, useRuleName } from "@/rules";
import { useSettings } from "@/settings";
import { errorDetail, errorText, failureText } from "@/text";
import { useShippedAgain } from "./rule/use-shipped-again";

export function Rules({ rules, onOpen }: { rules: readonly RuleView[]; onOpen: (rule: RuleView) => void }) {
  const nameOf = useRuleName(rules);
  return (
    <ul>
      {rules.map((rule) => (
        <Row key={rule.id} rule={rule} name={nameOf(rule.id)} onOpen={() => onOpen(rule)} />
      ))}
    </ul>
  );
}

function Row({ rule, name, onOpen }: { rule: RuleView; name: string; onOpen: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { save } = useSettings();
  const shippedAgain = useShippedAgain();
  const changed = rule.shipped && rule.changed;
  const guarded = (work: Promise<unknown>) => void work.catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown)));
  return (
    <li className="flex items-center gap-3 border-t border-line/55 px-4 py-1.5">
      <Switch label={t("alerts.ruleSwitch", { rule: name })} checked={rule.enabled} onChange={(on) => guarded(save(switched(rule.id, on)))} />
      <div className="min-w-0 flex-1">
        <div className={cx("flex items-center gap-1.5", !rule.enabled && "text-ink-3")}>
          <SeverityMark severity={rule.severity} word={false} className={rule.enabled ? undefined : "!text-ink-3"} />
          <button type="button" aria-label={t("alerts.rule.open", { rule: name })} title={name} onClick={onOpen} className="truncate rounded font-[540] hover:underline">
            {name}
          </button>
        </div>
        <div className="truncate font-mono text-[12px] text-ink-3" title={rule.document.when}>
          {rule.document.when}
        </div>
        {rule.fault !== null && <div className="text-[12px] break-words text-crit">{t("alerts.rule.fault", { why: failureText(rule.fault) })}</div>}
        <div className="flex flex-wrap items-center gap-x-2 text-[12px] text-ink-2 empty:hidden">
          <Limit rule={rule} name={name} />
          {changed && (
            <span className="flex flex-none items-center gap-0.5">
              <span title={t("alerts.rule.changedNote")} className="rounded-sm bg-raised px-1 text-[11px]">
                {t("alerts.rule.changed")}
              </span>
              <IconButton label={t("alerts.rule.shippedOf", { rule: name })} className="!size-[22px] [&_svg]:!size-3.5" onClick={() => guarded(shippedAgain(rule, name))}>
                <RotateCcw aria-hidden />
              </IconButton>
            </span>
          )}
        </div>
      </div>
      <span className={cx("num flex-none text-[12px]", rule.firing > 0 ? "text-warn" : "text-ink-3")}>{!rule.enabled ? t("alerts.ruleOff") : rule.firing > 0 ? t("alerts.ruleFiring", { n: format.integer(rule.firing) }) : t("alerts.ruleCalm")}</span>
    </li>
  );
}

/** The number behind a fact of the condition, to be changed where it is compared with. That of a setting which this window does not know is left to the settings. */
function Limit({ rule, name }: { rule: RuleView; name: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { settings, save } = useSettings();
  const fault = useLimitFault();
  const limit = rule.limit === null ? undefined : limitOf(rule.limit.setting);
  if (rule.limit === null || limit === undefined) return null;
  const { value } = rule.limit;
  const shown = t(`rules.limit.${limit.setting}.inRule`, { n: limit.unit === "money" ? format.money(value) : format.quantity(value) });
  return <ValueEdit label={t("alerts.ruleThreshold", { rule: name })} value={value} shown={shown} check={(text) => fault(limit, text)} onSave={async (text) => (text === null ? settings : save(limit.set(text)))} />;
}
