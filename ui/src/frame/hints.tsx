// What does not work on this machine, and what to do about it. A hint can be put away for this run; a store that does not write cannot.

import { TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Hint } from "@/bindings/Hint";
import { useLive } from "@/live";
import { cx, IconButton } from "@/parts";

const NONE: readonly Hint[] = [];

export function Hints() {
  const { t } = useTranslation();
  const hints = useLive((live) => live.frame?.hints ?? NONE);
  const [away, setAway] = useState<ReadonlySet<Hint>>(new Set());
  const shown = hints.filter((hint) => hint === "store_read_only" || !away.has(hint));
  if (shown.length === 0) return null;
  return (
    <ul aria-label={t("frame.hint.title")} className="flex-none">
      {shown.map((hint) => (
        <li key={hint} className={cx("flex min-h-[30px] items-center gap-2.5 border-b border-line px-4", hint === "store_read_only" ? "bg-crit-soft" : "bg-warn-soft")}>
          <TriangleAlert aria-hidden className={cx("size-3.5 flex-none", hint === "store_read_only" ? "text-crit" : "text-warn")} />
          <span className="min-w-0 py-1">{t(`frame.hint.${hint}`)}</span>
          {hint !== "store_read_only" && (
            <IconButton label={t("frame.hint.dismiss")} className="ml-auto size-6" onClick={() => setAway(new Set([...away, hint]))}>
              <X aria-hidden />
            </IconButton>
          )}
        </li>
      ))}
    </ul>
  );
}
