// Asked once, before the first decision: the name that it carries.

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Dialog } from "@/parts";
import { errorText } from "@/text";

/** `onName` keeps it; what it throws is shown, and nothing was decided. */
export function NameDialog({ onClose, onName }: { onClose: () => void; onName: (name: string) => Promise<void> }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [why, setWhy] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    if (name.trim() === "") return setWhy(t("frame.name.needed"));
    setBusy(true);
    try {
      await onName(name.trim());
    } catch (thrown) {
      setWhy(errorText(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("frame.name.title")}
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" kbd="↵" disabled={busy} onClick={() => void submit()}>
            {t("frame.name.confirm")}
          </Button>
        </>
      }
    >
      <label className="flex flex-col gap-1.5">
        <span className="text-ink-2">{t("frame.name.text")}</span>
        <input
          autoFocus
          required
          aria-label={t("settings.you.name")}
          aria-invalid={why !== null}
          value={name}
          maxLength={64}
          placeholder={t("settings.you.placeholder")}
          onChange={(event) => (setName(event.target.value), setWhy(null))}
          onKeyDown={(event) => event.key === "Enter" && !event.nativeEvent.isComposing && void submit()}
          className="h-[30px] rounded-md border border-line-strong bg-surface px-2.5 placeholder:text-ink-3"
        />
        {why !== null && (
          <span role="alert" className="text-crit">
            {why}
          </span>
        )}
      </label>
    </Dialog>
  );
}
