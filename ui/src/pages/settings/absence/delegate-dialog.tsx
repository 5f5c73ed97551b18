// Somebody decides for the user: who, on what, and for which time.

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useToday } from "@/format";
import { useHost } from "@/live";
import { Button, Dialog } from "@/parts";
import { errorText } from "@/text";
import { ALL } from "./kinds";
import { dayOf, readSpan, type SpanDraft } from "./spans";
import { type Gateway, readToWhom, type ToWhom, ToWhomFields } from "./to-whom";

const FIELD = "num h-[30px] min-w-0 rounded-md border border-line-strong bg-surface px-2";

/** `onDone` when it was made. What a gateway says no to is said here, and may be mended. */
export function DelegateDialog({ gateways, onClose, onDone }: { gateways: readonly [Gateway, ...Gateway[]]; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const host = useHost();
  const today = useToday();
  const [span, setSpan] = useState<SpanDraft>(() => ({ firstDay: dayOf(today), firstTime: "", lastDay: "", lastTime: "" }));
  const [whom, setWhom] = useState<ToWhom>({ source: gateways[0].source, to: { id: "", name: "" }, types: ALL });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const time = readSpan(span);
  const submit = async () => {
    const order = readToWhom(whom);
    if (order === null || time === null) return setTried(true);
    setBusy(true);
    setError(null);
    try {
      await host.call("delegate", { ...order, ...time });
      onDone();
    } catch (thrown) {
      setError(errorText(thrown));
      setBusy(false);
    }
  };
  const field = (name: keyof SpanDraft, label: string) => <input type={name.endsWith("Day") ? "date" : "time"} aria-label={label} aria-invalid={tried && time === null} value={span[name]} onChange={(event) => setSpan({ ...span, [name]: event.target.value })} className={FIELD} />;
  return (
    <Dialog
      open
      onClose={onClose}
      width={520}
      title={t("absence.addTitle")}
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" disabled={busy} onClick={() => void submit()}>
            {t("absence.confirm")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <ToWhomFields gateways={gateways} value={whom} tried={tried} onChange={setWhom} onSubmit={() => void submit()} />
        <div className="grid grid-cols-[max-content_minmax(0,148px)_minmax(0,112px)] items-center gap-x-3 gap-y-2">
          <span className="text-ink-2">{t("absence.from")}</span>
          {field("firstDay", t("absence.firstDay"))}
          {field("firstTime", t("absence.firstTime"))}
          <span className="text-ink-2">{t("absence.until")}</span>
          {field("lastDay", t("absence.lastDay"))}
          {field("lastTime", t("absence.lastTime"))}
        </div>
        {tried && time === null ? (
          <p role="alert" className="text-crit">
            {t("absence.timesNeeded")}
          </p>
        ) : (
          <p className="text-[12px] text-ink-3">{t("absence.timesNote")}</p>
        )}
        {error !== null && (
          <p role="alert" className="text-crit">
            {error}
          </p>
        )}
      </div>
    </Dialog>
  );
}
