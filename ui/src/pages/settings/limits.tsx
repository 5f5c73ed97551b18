// What things are compared with, how long requests may wait, and which rules look at all that.

import { useTranslation } from "react-i18next";
import type { RuleView } from "@/bindings/RuleView";
import { useFormat } from "@/format";
import { useView } from "@/live";
import { Switch } from "@/parts/switch";
import { type AnyLimit, LIMITS, said, switched, useLang, useLimitFault, useRuleName } from "@/rules";
import { useSettings } from "@/settings";
import { NumberBox, Row, Section, useSaver } from "./row";
import { Times } from "./times";
import { Warehouses } from "./warehouses";

const NO_RULES: readonly RuleView[] = [];

export function Limits() {
  const { t } = useTranslation();
  const rules = useView("alerts").data?.rules ?? NO_RULES;
  const nameOf = useRuleName(rules);
  return (
    <Section id="rules" title={t("settings.section.rules")}>
      {LIMITS.map((limit) => (
        <LimitRow key={limit.setting} limit={limit} />
      ))}
      <Warehouses />
      <Times />
      {rules.length > 0 && <h3 className="mt-3 border-t border-line/55 px-4 pt-3 pb-1 text-ink-2">{t("settings.rulesTitle")}</h3>}
      {rules.map((rule) => (
        <RuleRow key={rule.id} rule={rule} name={nameOf(rule.id)} />
      ))}
    </Section>
  );
}

function LimitRow({ limit }: { limit: AnyLimit }) {
  const { t } = useTranslation();
  const format = useFormat();
  const fault = useLimitFault();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const name = t(`rules.limit.${limit.setting}.name`);
  const own = Object.keys(settings.product_thresholds).length;
  return (
    <Row label={name} help={t(`rules.limit.${limit.setting}.help`, { count: own, n: format.integer(own) })} saving={saving}>
      <NumberBox label={name} value={String(settings[limit.setting])} unit={limit.unit === "money" ? "¥" : t(`rules.unit.${limit.unit}`)} check={(text) => fault(limit, text)} onSave={(text) => void save(limit.set(text))} />
    </Row>
  );
}

/** Of what happens when nobody looks, a person decides whether to be told. */
function RuleRow({ rule, name }: { rule: RuleView; name: string }) {
  const lang = useLang();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const why = said(rule.document.consequence, lang);
  return (
    <Row label={name} help={why === "" ? <code className="font-mono">{rule.document.when}</code> : why} saving={saving}>
      <Switch label={name} checked={!settings.rules_off.includes(rule.id)} onChange={(on) => void save(switched(rule.id, on))} />
    </Row>
  );
}
