// What does not work on this machine, and what to do about it. Several share one line until somebody asks; a hint can be put away for this run, a
// store that does not write cannot.

import { TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Hint } from "@/bindings/Hint";
import { useLive } from "@/live";
import { Button, cx, IconButton } from "@/parts";
import { joined } from "@/text";

const NONE: readonly Hint[] = [];
const GRAVE: Hint = "store_read_only";

export function Hints() {
  const { t } = useTranslation();
  const hints = useLive((live) => live.frame?.hints ?? NONE);
  const [away, setAway] = useState<ReadonlySet<Hint>>(new Set());
  const [open, setOpen] = useState(false);
  const mild = hints.filter((hint) => hint !== GRAVE && !away.has(hint));
  const grave = hints.includes(GRAVE);
  if (mild.length === 0 && !grave) return null;
  const putAway = (which: readonly Hint[]) => setAway(new Set([...away, ...which]));
  return (
    <section aria-label={t("frame.hint.title")} className="flex-none">
      <ul aria-label={t("frame.hint.title")}>
        {grave && <Line grave>{t(`frame.hint.${GRAVE}`)}</Line>}
        {mild.length > 1 && !open ? (
          <Line onAway={() => putAway(mild)}>
            {joined(mild.map((hint) => t(`frame.hint.short.${hint}`)))}
            <Button look="ghost" className="ml-2 h-6" aria-expanded={false} onClick={() => setOpen(true)}>
              {t("frame.hint.details")}
            </Button>
          </Line>
        ) : (
          mild.map((hint) => (
            <Line key={hint} onAway={() => putAway([hint])}>
              {t(`frame.hint.${hint}`)}
            </Line>
          ))
        )}
      </ul>
    </section>
  );
}

function Line({ grave = false, onAway, children }: { grave?: boolean; onAway?: () => void; children: React.ReactNode }) {
  const { t } = useTranslation();
  return (
    <li className={cx("flex min-h-[30px] items-center gap-2.5 border-b border-line px-4", grave ? "bg-crit-soft" : "bg-warn-soft")}>
      <TriangleAlert aria-hidden className={cx("size-3.5 flex-none", grave ? "text-crit" : "text-warn")} />
      <span className="min-w-0 py-0.5">{children}</span>
      {onAway !== undefined && (
        <IconButton label={t("frame.hint.dismiss")} className="ml-auto size-6" onClick={onAway}>
          <X aria-hidden />
        </IconButton>
      )}
    </li>
  );
}
