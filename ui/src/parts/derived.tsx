// A small word beside a request that nobody published as one: where it comes from is a hover away.

import { useTranslation } from "react-i18next";
import { useKindTitle } from "@/text";

export function Derived({ from }: { from: string | null }) {
  const { t } = useTranslation();
  const title = useKindTitle();
  if (from === null) return null;
  return (
    <span className="ml-1.5 rounded-sm border border-line px-1 text-[11px] text-ink-3" title={t("approvals.derivedWhy", { kind: title({ kind: from }) })}>
      {t("approvals.derived")}
    </span>
  );
}
