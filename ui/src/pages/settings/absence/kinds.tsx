// On what kinds of things somebody decides: on all, or on those that are ticked.

import { useTranslation } from "react-i18next";
import { cx } from "@/parts";
import { Choices } from "@/parts/choices";
import { Tick } from "@/parts/tick";
import { OTHERS, TYPES } from "@/settings/source/erp-pages";
import { useWord } from "@/text";

export const ALL: readonly string[] = [OTHERS];
const KINDS = TYPES.filter((type) => type !== OTHERS);

export function useKindsText(): (types: readonly string[]) => string {
  const { t } = useTranslation();
  const word = useWord();
  return (types) => (types.includes(OTHERS) ? t("absence.kinds.all") : types.map((type) => word("resourceType", type)).join(t("absence.kinds.comma")));
}

export function KindsChoice({ value, missing, onChange }: { value: readonly string[]; missing: boolean; onChange: (types: readonly string[]) => void }) {
  const { t } = useTranslation();
  const word = useWord();
  const all = value.includes(OTHERS);
  const toggle = (type: string) => onChange(KINDS.filter((each) => (each === type ? !value.includes(each) : value.includes(each))));
  return (
    <fieldset className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-3">
        <legend className="float-left text-ink-2">{t("absence.kinds.label")}</legend>
        <Choices
          label={t("absence.kinds.label")}
          value={all ? "all" : "some"}
          options={[
            { id: "all", label: t("absence.kinds.all") },
            { id: "some", label: t("absence.kinds.some") },
          ]}
          onChange={(id) => onChange(id === "all" ? ALL : [])}
        />
      </div>
      {!all && (
        <ul className="flex flex-wrap gap-x-4 gap-y-1.5">
          {KINDS.map((type) => (
            <li key={type}>
              <label className={cx("flex items-center gap-1.5", value.includes(type) ? "text-ink" : "text-ink-2")}>
                <Tick label={word("resourceType", type)} checked={value.includes(type)} onChange={() => toggle(type)} />
                {word("resourceType", type)}
              </label>
            </li>
          ))}
        </ul>
      )}
      {missing && (
        <span role="alert" className="text-crit">
          {t("absence.kinds.needed")}
        </span>
      )}
    </fieldset>
  );
}
