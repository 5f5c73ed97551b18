// Beside a request: its decision is held, and can be taken back.

import { LoaderCircle, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useClock } from "@/format";
import { Button } from "@/parts";
import { useActions } from "./index";
import { isHeld } from "./undo";

export function Held({ request, approve, until, forWhom }: { request: { readonly key: string; readonly number: string }; approve: boolean; until: number; forWhom: string | null }) {
  const { t } = useTranslation();
  const { withdraw, withdrawing, held } = useActions();
  const open = useClock((now) => isHeld(until, now));
  const verb = t(approve ? "frame.held.approvingNow" : "frame.held.rejectingNow");
  const name = forWhom === null ? null : t("approvals.state.inName", { whom: forWhom });
  return (
    <span className="flex min-w-0 items-center gap-2">
      <LoaderCircle aria-hidden className="size-3.5 flex-none text-ink-2 @max-[900px]:hidden" />
      <span className="min-w-0 leading-[17px] text-ink-2">
        <span className="block truncate">{verb}</span>
        {name !== null && (
          <span className="block truncate text-[12px]" title={name}>
            {name}
          </span>
        )}
      </span>
      {open && (
        <Button
          icon={<Undo2 aria-hidden />}
          kbd={held === 1 ? "Z" : undefined}
          aria-label={t("frame.held.undoOne", { number: request.number })}
          disabled={withdrawing.has(request.key)}
          onClick={(event) => {
            event.stopPropagation();
            withdraw([request]);
          }}
        >
          {t("frame.held.undo")}
        </Button>
      )}
    </span>
  );
}
