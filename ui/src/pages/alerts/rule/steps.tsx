// How bad it is where more holds, and what is said then: each step says what, and the last one that holds counts.

import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RuleFaultView } from "@/bindings/RuleFaultView";
import type { RuleStep } from "@/bindings/RuleStep";
import type { Severity } from "@/bindings/Severity";
import { Button, IconButton } from "@/parts";
import { Choices } from "@/parts/choices";
import { Switch } from "@/parts/switch";
import { useLang } from "@/rules";
import { INPUT } from "./fields";
import { WhenField } from "./when-field";

const SEVERITIES = ["info", "success", "warning", "critical"] as const satisfies readonly Severity[];
/** More are not read any more. */
const MOST = 6;

export function Steps({ steps, fault, onChange }: { steps: readonly RuleStep[]; fault: RuleFaultView | null; onChange: (steps: RuleStep[]) => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  const put = (place: number, part: Partial<RuleStep>) => onChange(steps.map((step, at) => (at === place ? { ...step, ...part } : step)));
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 text-ink-2">{t("alerts.rule.steps")}</span>
        <Button icon={<Plus aria-hidden />} disabled={steps.length >= MOST} onClick={() => onChange([...steps, { when: "", severity: "critical", tells: false, say: { zh: "", en: "" } }])}>
          {t("alerts.rule.addStep")}
        </Button>
      </div>
      {steps.map((step, place) => (
        <div key={place} className="flex flex-col gap-1.5">
          <div className="flex items-end gap-3">
            <div className="min-w-0 flex-1">
              <WhenField label={t("alerts.rule.step", { n: place + 1 })} value={step.when} fault={fault?.field === `steps.${place}.when` ? fault : null} onChange={(when) => put(place, { when })} />
            </div>
            <Choices label={t("alerts.rule.stepSeverity", { n: place + 1 })} value={step.severity} options={SEVERITIES.map((severity) => ({ id: severity, label: t(`common.severity.${severity}`) }))} onChange={(severity) => put(place, { severity })} />
            <IconButton label={t("alerts.rule.removeStep", { n: place + 1 })} onClick={() => onChange(steps.filter((_, at) => at !== place))}>
              <Trash2 aria-hidden />
            </IconButton>
          </div>
          <div className="flex items-center gap-3">
            <span className="flex flex-none items-center gap-2 text-[12px] text-ink-2">
              <Switch label={t("alerts.rule.stepTells", { n: place + 1 })} checked={step.tells} onChange={(tells) => put(place, { tells })} />
              <span aria-hidden>{t("alerts.rule.stepTellsShort")}</span>
            </span>
            <input
              aria-label={t("alerts.rule.stepSay", { n: place + 1 })}
              placeholder={t("alerts.rule.stepSayPlaceholder")}
              title={t("alerts.rule.stepSayNote")}
              value={step.say[lang]}
              maxLength={1_000}
              onChange={(event) => put(place, { say: { ...step.say, [lang]: event.target.value } })}
              className={`${INPUT} flex-1`}
            />
          </div>
        </div>
      ))}
    </div>
  );
}
