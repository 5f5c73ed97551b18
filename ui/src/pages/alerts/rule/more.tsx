// What a rule seldom needs: when it ends, how long it has to hold, when it watches, and what to do about it.

import { useTranslation } from "react-i18next";
import type { RuleDocument } from "@/bindings/RuleDocument";
import type { RuleFaultView } from "@/bindings/RuleFaultView";
import { cx } from "@/parts";
import { WeekHours } from "@/parts/week-hours";
import { type Lang, said } from "@/rules";
import { Chain } from "./chain";
import { reworded, whole } from "./draft";
import { Field, INPUT, Toggle } from "./fields";
import { Steps } from "./steps";
import { WhenField } from "./when-field";

type Count = "hold_seconds" | "at_least" | "within_seconds" | "act_within_minutes" | "remind_minutes" | "ends_after_minutes";
type Text = "say" | "consequence" | "response";

export function More({ document, lang, fault, onChange }: { document: RuleDocument; lang: Lang; fault: RuleFaultView | null; onChange: (part: Partial<RuleDocument>) => void }) {
  const { t } = useTranslation();
  const wrong = (field: string) => (fault?.field === field ? fault.message : null);
  const count = (name: Count) => (
    <Field label={t(`alerts.rule.${name}`)} wrong={wrong(name)}>
      {(props) => (
        <input
          {...props}
          inputMode="numeric"
          value={document[name] === 0 ? "" : String(document[name])}
          placeholder={t(`alerts.rule.none.${name}`)}
          onChange={(event) => {
            const number = whole(event.target.value);
            if (number !== null) onChange({ [name]: number });
          }}
          className={cx(INPUT, "num")}
        />
      )}
    </Field>
  );
  const text = (name: Text, note?: string) => (
    <Field label={t(`alerts.rule.${name}`)} note={note}>
      {(props) => <input {...props} value={document[name][lang] === "" ? said(document[name], lang) : document[name][lang]} maxLength={500} onChange={(event) => onChange({ [name]: reworded(document[name], lang, event.target.value) })} className={INPUT} />}
    </Field>
  );
  const { schedule } = document;
  return (
    <div className="flex flex-col gap-3.5">
      <WhenField label={t("alerts.rule.clear")} value={document.clear} fault={fault?.field === "clear" ? fault : null} onChange={(clear) => onChange({ clear })} />
      <Steps steps={document.steps} fault={fault} onChange={(steps) => onChange({ steps })} />
      <div className="grid grid-cols-3 gap-3 max-[700px]:grid-cols-2">
        <Field label={t("alerts.rule.per")} wrong={wrong("per")}>
          {(props) => <input {...props} value={document.per} placeholder={t("alerts.rule.none.per")} spellCheck={false} onChange={(event) => onChange({ per: event.target.value })} className={cx(INPUT, "font-mono text-[12.5px]")} />}
        </Field>
        {count("hold_seconds")}
        {count("ends_after_minutes")}
        {count("at_least")}
        {count("within_seconds")}
        {count("act_within_minutes")}
        {count("remind_minutes")}
      </div>
      <Chain steps={document.escalate} wrong={wrong("escalate")} onChange={(escalate) => onChange({ escalate })} />
      <Field label={t("alerts.rule.quiets")} wrong={wrong("quiets")} note={t("alerts.rule.quietsNote")}>
        {(props) => <input {...props} value={document.quiets} spellCheck={false} onChange={(event) => onChange({ quiets: event.target.value })} className={cx(INPUT, "font-mono text-[12.5px]")} />}
      </Field>
      <Toggle label={t("alerts.rule.latched")} note={t("alerts.rule.latchedNote")} checked={document.latched} onChange={(latched) => onChange({ latched })} />
      <Toggle label={t("alerts.rule.schedule")} note={t("alerts.rule.scheduleNote")} checked={schedule !== null} onChange={(on) => onChange({ schedule: on ? { days: [1, 2, 3, 4, 5], from: "08:00", until: "18:00" } : null })} />
      {schedule !== null && (
        <div>
          <WeekHours value={schedule} onChange={(schedule) => onChange({ schedule })} />
          {wrong("schedule") !== null && (
            <span role="alert" className="text-crit">
              {wrong("schedule")}
            </span>
          )}
        </div>
      )}
      {text("say", t("alerts.rule.sayNote"))}
      {text("consequence")}
      {text("response")}
    </div>
  );
}
