// A notification inside the window, for hosts that have none of their own: severity, words, buttons.

import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import type { Severity } from "@/bindings/Severity";
import { Button, IconButton } from "./button";
import { cx } from "./cx";
import { SeverityMark } from "./marks";

/** How long what is not critical stays, ms. */
const STAYS = 20_000;

const EDGES: Record<Severity, string> = { critical: "before:bg-crit", warning: "before:bg-warn", success: "before:bg-good", info: "before:bg-info" };

export interface Notice {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly body: string;
  /** The first is the main one. */
  readonly actions: readonly { readonly label: string; readonly run: () => void }[];
}

/** Show it, in place of an earlier one with the same id. `onGone` is told when a person or time took it away. */
export function showNotice(notice: Notice, onGone: () => void): void {
  toast.custom(() => <Card notice={notice} onClose={() => toast.dismiss(notice.id)} />, {
    id: notice.id,
    duration: notice.severity === "critical" ? Infinity : STAYS,
    onDismiss: onGone,
    onAutoClose: onGone,
  });
}

export function removeNotice(id: string): void {
  toast.dismiss(id);
}

function Card({ notice, onClose }: { notice: Notice; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div
      role={notice.severity === "critical" ? "alert" : undefined}
      className={cx(
        "relative grid w-full grid-cols-[20px_minmax(0,1fr)_auto] gap-x-2 pl-1 before:absolute before:-inset-y-2.5 before:-left-3 before:w-[3px]",
        EDGES[notice.severity],
      )}
    >
      <SeverityMark severity={notice.severity} word={false} className="mt-px self-start" />
      <p className="line-clamp-2 font-[540] break-words">{notice.title}</p>
      <IconButton label={t("common.close")} className="-mt-1 -mr-1 size-6 [&_svg]:pointer-events-none" onClick={onClose}>
        <X aria-hidden />
      </IconButton>
      {notice.body !== "" && <p className="num col-start-2 line-clamp-2 font-[400] break-words text-ink-2">{notice.body}</p>}
      {notice.actions.length > 0 && (
        <div className="col-start-2 mt-2 flex flex-wrap gap-1.5">
          {notice.actions.map((action, i) => (
            <Button key={action.label} look={i === 0 ? "primary" : "plain"} onClick={action.run}>
              {action.label}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
