// The designed states of a region: empty, loading, error, stale. An error says what happened, what is safe, and what to do.

import { RefreshCw, Unplug } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClock, useFormat } from "@/format";
import type { CommandError } from "@/host";
import { useLive } from "@/live";
import { errorText, failureText, isKnownFailure } from "@/text";
import { Button } from "./button";
import { cx } from "./cx";

export function EmptyState({ icon, title, text, action }: { icon?: ReactNode; title: string; text?: string; action?: ReactNode }) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-1 p-8 text-center">
      {icon !== undefined && <div aria-hidden className="mb-2 text-ink-3 [&_svg]:size-6 [&_svg]:stroke-[1.4]">{icon}</div>}
      <p className="font-[540]">{title}</p>
      {text !== undefined && <p className="max-w-[44ch] text-balance text-ink-2">{text}</p>}
      {action !== undefined && <div className="mt-3">{action}</div>}
    </div>
  );
}

/** For a region that has nothing to show because of an error. Where there is an older result, show it under a `StaleBar` instead. */
export function ErrorState({ error, onRetry }: { error: CommandError; onRetry?: () => void }) {
  const { t } = useTranslation();
  return (
    <div role="alert" className="flex flex-1 flex-col items-center justify-center gap-1 p-8 text-center">
      <Unplug aria-hidden className="mb-2 size-6 text-crit" strokeWidth={1.4} />
      <p className="font-[540]">{t("common.error.title")}</p>
      <p className="max-w-[52ch] text-balance text-ink-2">{isKnownFailure(error.message) ? failureText(error.message) : t(`common.error.${error.code}`)}</p>
      <p className="max-w-[52ch] text-balance text-ink-2">{t("common.error.safe")}</p>
      <p className="mt-2 max-w-[64ch] break-words font-mono text-[11px] text-ink-3">{t("common.error.detail", { message: error.message })}</p>
      {onRetry !== undefined && (
        <Button className="mt-3" icon={<RefreshCw aria-hidden />} onClick={onRetry}>
          {t("common.retry")}
        </Button>
      )}
    </div>
  );
}

/** Stands above data that could not be renewed: how old it is and why. Nothing when all is well. */
export function StaleBar({ at, error, onRetry }: { at: number | null; error: CommandError | null; onRetry?: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const core = useLive((live) => live.core);
  const age = useClock((now) => (at === null ? null : format.age(now - at)));
  if (age === null || (error === null && core.kind !== "unreachable")) return null;
  const why = error === null ? t("common.stale.core") : t("common.stale.why", { message: errorText(error) });
  return (
    <div role="status" className="flex min-h-[30px] flex-none items-center gap-3 border-b border-line bg-warn-soft px-4 text-warn">
      <span className="num whitespace-nowrap font-[540]">{t("common.stale.title", { age })}</span>
      <span className="min-w-0 truncate text-ink-2" title={why}>
        {why}
      </span>
      {onRetry !== undefined && (
        <Button look="ghost" className="ml-auto" onClick={onRetry}>
          {t("common.retry")}
        </Button>
      )}
    </div>
  );
}

/** Rows in the shape of what will come. It waits a little before it shows, so that fast answers do not flicker. */
export function Skeleton({ rows = 8, className }: { rows?: number; className?: string }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 120);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" aria-label={t("common.loading")} className={cx("flex-1 overflow-hidden", className)}>
      {shown &&
        Array.from({ length: rows }, (_, i) => (
          <div key={i} className="flex h-7 items-center gap-4 px-4">
            <i className="h-2 w-16 rounded-sm bg-raised" />
            <i className="h-2 rounded-sm bg-raised" style={{ width: `${24 + ((i * 37) % 40)}%` }} />
            <i className="ml-auto h-2 w-12 rounded-sm bg-raised" />
          </div>
        ))}
    </div>
  );
}
