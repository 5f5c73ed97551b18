// What becomes of an alert that nobody has: step by step, each later than the one before and no less bad, and to whom it goes then.

import { ChevronDown, Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Escalation } from "@/bindings/Escalation";
import type { Severity } from "@/bindings/Severity";
import { Button, cx, IconButton, Menu } from "@/parts";
import { Choices } from "@/parts/choices";
import { useSettings } from "@/settings";
import { whole } from "./draft";
import { INPUT } from "./fields";

const SEVERITIES = ["info", "success", "warning", "critical"] as const satisfies readonly Severity[];
/** As many as the core takes. */
const MOST = 5;
/** So much later is the next step at first, minutes. */
const LATER = 15;

export function Chain({ steps, wrong, onChange }: { steps: readonly Escalation[]; wrong: string | null; onChange: (steps: Escalation[]) => void }) {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const rotations = Object.keys(settings.rotations).sort();
  const put = (place: number, part: Partial<Escalation>) => onChange(steps.map((step, at) => (at === place ? { ...step, ...part } : step)));
  const add = () => onChange([...steps, { after_minutes: (steps.at(-1)?.after_minutes ?? 0) + LATER, severity: "critical", to: "" }]);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 text-ink-2">{t("alerts.rule.escalate")}</span>
        <Button icon={<Plus aria-hidden />} disabled={steps.length >= MOST} onClick={add}>
          {t("alerts.rule.addStep")}
        </Button>
      </div>
      {steps.map((step, place) => (
        <div key={place} className="flex items-center gap-3">
          <label className="flex min-w-0 flex-1 items-center gap-2">
            <span className="flex-none text-ink-2">{t("alerts.rule.escalateAfter")}</span>
            <input
              aria-label={t("alerts.rule.escalateMinutes", { n: place + 1 })}
              inputMode="numeric"
              value={step.after_minutes === 0 ? "" : String(step.after_minutes)}
              onChange={(event) => {
                const number = whole(event.target.value);
                if (number !== null) put(place, { after_minutes: number });
              }}
              className={cx(INPUT, "num !w-[72px]")}
            />
            <span className="flex-none text-ink-2">{t("alerts.rule.escalateThen")}</span>
          </label>
          <Choices label={t("alerts.rule.stepSeverity", { n: place + 1 })} value={step.severity} options={SEVERITIES.map((severity) => ({ id: severity, label: t(`common.severity.${severity}`) }))} onChange={(severity) => put(place, { severity })} />
          {(rotations.length > 0 || step.to !== "") && (
            <Menu
              align="end"
              label={t("alerts.rule.escalateTo", { n: place + 1 })}
              trigger={
                <Button look="ghost" aria-label={`${t("alerts.rule.escalateTo", { n: place + 1 })}: ${step.to === "" ? t("alerts.rule.everybody") : step.to}`}>
                  <span className="max-w-[120px] truncate">{step.to === "" ? t("alerts.rule.everybody") : step.to}</span>
                  <ChevronDown aria-hidden />
                </Button>
              }
              items={["", ...rotations].map((to) => ({ id: to, label: to === "" ? t("alerts.rule.everybody") : to, checked: to === step.to, onSelect: () => put(place, { to }) }))}
            />
          )}
          <IconButton label={t("alerts.rule.removeStep", { n: place + 1 })} onClick={() => onChange(steps.filter((_, at) => at !== place))}>
            <Trash2 aria-hidden />
          </IconButton>
        </div>
      ))}
      {wrong !== null && (
        <span role="alert" className="text-crit">
          {wrong}
        </span>
      )}
    </div>
  );
}
