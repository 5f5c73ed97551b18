// How bad it is where more holds: each step says what, and the last one that holds counts.

import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RuleFaultView } from "@/bindings/RuleFaultView";
import type { RuleStep } from "@/bindings/RuleStep";
import type { Severity } from "@/bindings/Severity";
import { Button, IconButton } from "@/parts";
import { Choices } from "@/parts/choices";
import { WhenField } from "./when-field";

const SEVERITIES = ["info", "success", "warning", "critical"] as const satisfies readonly Severity[];
/** More are not read any more. */
const MOST = 6;

export function Steps({ steps, fault, onChange }: { steps: readonly RuleStep[]; fault: RuleFaultView | null; onChange: (steps: RuleStep[]) => void }) {
  const { t } = useTranslation();
  const put = (place: number, part: Partial<RuleStep>) => onChange(steps.map((step, at) => (at === place ? { ...step, ...part } : step)));
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 text-ink-2">{t("alerts.rule.steps")}</span>
        <Button icon={<Plus aria-hidden />} disabled={steps.length >= MOST} onClick={() => onChange([...steps, { when: "", severity: "critical" }])}>
          {t("alerts.rule.addStep")}
        </Button>
      </div>
      {steps.map((step, place) => (
        <div key={place} className="flex items-end gap-3">
          <div className="min-w-0 flex-1">
            <WhenField label={t("alerts.rule.step", { n: place + 1 })} value={step.when} fault={fault?.field === `steps.${place}.when` ? fault : null} onChange={(when) => put(place, { when })} />
          </div>
          <Choices label={t("alerts.rule.stepSeverity", { n: place + 1 })} value={step.severity} options={SEVERITIES.map((severity) => ({ id: severity, label: t(`common.severity.${severity}`) }))} onChange={(severity) => put(place, { severity })} />
          <IconButton label={t("alerts.rule.removeStep", { n: place + 1 })} onClick={() => onChange(steps.filter((_, at) => at !== place))}>
            <Trash2 aria-hidden />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
