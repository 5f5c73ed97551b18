// The dialog that asks for the reason of a rejection: nobody is told no without one.

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Dialog } from "@/parts";
import { joined } from "@/text";

export function RejectDialog({ numbers, onClose, onConfirm }: { numbers: readonly string[]; onClose: () => void; onConfirm: (reason: string) => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const missing = tried && reason.trim() === "";
  const submit = () => (reason.trim() === "" ? setTried(true) : onConfirm(reason.trim()));
  const only = numbers.length === 1 ? numbers[0] : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={only === undefined ? t("frame.reject.titleMany", { count: numbers.length }) : t("frame.reject.title", { number: only })}
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="danger" kbd="Ctrl ↵" onClick={submit}>
            {t("frame.reject.confirm")}
          </Button>
        </>
      }
    >
      {only === undefined && <p className="num mb-3 line-clamp-3 text-ink-2">{joined(numbers)}</p>}
      <label className="flex flex-col gap-1.5">
        <span className="text-ink-2">{t("frame.reject.reason")}</span>
        <textarea
          autoFocus
          required
          rows={3}
          value={reason}
          placeholder={t("frame.reject.placeholder")}
          aria-invalid={missing}
          onChange={(event) => setReason(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit()}
          className="resize-none rounded-md border border-line-strong bg-surface px-2.5 py-1.5 placeholder:text-ink-3"
        />
        {missing && (
          <span role="alert" className="text-crit">
            {t("frame.reject.needed")}
          </span>
        )}
      </label>
    </Dialog>
  );
}
