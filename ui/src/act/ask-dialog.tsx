// Whether a large approval is meant.

import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { Button, Dialog } from "@/parts";
import { useSettings } from "@/settings";
import type { Request } from "./results";
import { RequestList, useSum } from "./requests";

export function AskDialog({ requests, onClose, onConfirm }: { requests: readonly Request[]; onClose: () => void; onConfirm: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { settings } = useSettings();
  const what = useSum()(requests) || (requests[0]?.unread ?? "");
  return (
    <Dialog
      open
      onClose={onClose}
      title={requests.length === 1 ? t("frame.ask.title", { what }) : t("frame.ask.titleMany", { count: requests.length, what })}
      footer={
        <>
          <Button autoFocus onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="primary" kbd="Ctrl ↵" onClick={onConfirm}>
            {t("common.actions.approve")}
          </Button>
        </>
      }
    >
      <div onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && onConfirm()}>
        <RequestList requests={requests} />
        <p className="text-ink-3">{t("frame.ask.why", { amount: format.money(settings.ask_above) })}</p>
      </div>
    </Dialog>
  );
}
