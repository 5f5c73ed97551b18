// Somebody who takes over: as the gateway calls them, and as people read it.

import { useTranslation } from "react-i18next";
import type { Deputy } from "@/bindings/Deputy";

const FIELD = "h-[30px] min-w-0 rounded-md border border-line-strong bg-surface px-2.5 placeholder:text-ink-3";

export function DeputyFields({ label, value, missing, onChange, onSubmit }: { /** What is asked; else to whom it is handed over. */ label?: string; value: Deputy; missing: boolean; onChange: (to: Deputy) => void; onSubmit: () => void }) {
  const { t } = useTranslation();
  const enter = (event: React.KeyboardEvent) => event.key === "Enter" && !event.nativeEvent.isComposing && onSubmit();
  return (
    <div className="flex flex-col gap-1.5">
      <div className="grid grid-cols-2 gap-3">
        <label className="flex min-w-0 flex-col gap-1.5">
          <span className="text-ink-2">{label ?? t("approvals.deputy.id")}</span>
          <input autoFocus required aria-invalid={missing} value={value.id} maxLength={128} placeholder={t("approvals.deputy.idExample")} onChange={(event) => onChange({ ...value, id: event.target.value })} onKeyDown={enter} className={FIELD} />
        </label>
        <label className="flex min-w-0 flex-col gap-1.5">
          <span className="text-ink-2">{t("approvals.deputy.name")}</span>
          <input value={value.name} maxLength={64} placeholder={t("approvals.deputy.nameExample")} onChange={(event) => onChange({ ...value, name: event.target.value })} onKeyDown={enter} className={FIELD} />
        </label>
      </div>
      {missing ? (
        <span role="alert" className="text-crit">
          {t("approvals.deputy.needed")}
        </span>
      ) : (
        <span className="text-ink-3">{t("approvals.deputy.note")}</span>
      )}
    </div>
  );
}
