// What both dialogs ask: at which gateway, who decides meanwhile, and on what.

import { useTranslation } from "react-i18next";
import { DeputyFields } from "@/act/deputy-fields";
import type { Deputy } from "@/bindings/Deputy";
import { Choices } from "@/parts/choices";
import { KindsChoice } from "./kinds";

export interface Gateway {
  readonly source: string;
  readonly name: string;
}

export interface ToWhom {
  readonly source: string;
  readonly to: Deputy;
  readonly types: readonly string[];
}

/** Without blanks around; null while something is missing. */
export function readToWhom({ source, to, types }: ToWhom): { source: string; to: Deputy; types: string[] } | null {
  const id = to.id.trim();
  return id === "" || types.length === 0 ? null : { source, to: { id, name: to.name.trim() }, types: [...types] };
}

export function ToWhomFields({ gateways, value, tried, onChange, onSubmit }: { gateways: readonly Gateway[]; value: ToWhom; tried: boolean; onChange: (value: ToWhom) => void; onSubmit: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col gap-3">
      {gateways.length > 1 && (
        <div className="flex flex-wrap items-center gap-3">
          <span className="text-ink-2">{t("absence.gateway")}</span>
          <Choices label={t("absence.gateway")} value={value.source} options={gateways.map(({ source, name }) => ({ id: source, label: name }))} onChange={(source) => onChange({ ...value, source })} />
        </div>
      )}
      <DeputyFields label={t("absence.deputy")} value={value.to} missing={tried && value.to.id.trim() === ""} onChange={(to) => onChange({ ...value, to })} onSubmit={onSubmit} />
      <KindsChoice value={value.types} missing={tried && value.types.length === 0} onChange={(types) => onChange({ ...value, types })} />
    </div>
  );
}
