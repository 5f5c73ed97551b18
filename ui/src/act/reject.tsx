// The dialog that asks for the reason of a rejection: nobody is told no without one. Their own reasons, and those that were given
// before, are one click away.

import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Dialog } from "@/parts";
import { ClaimWarning } from "./claimed";
import { FieldRows } from "./field-rows";
import { type Given, neededTo, offered, readAll } from "./fields";
import { ForWhom } from "./for-whom";
import { RequestList } from "./requests";
import type { Request } from "./results";
import { choicesOf } from "./whom";

export function RejectDialog({ requests, ready, reasons, onClose, onConfirm }: { requests: readonly Request[]; /** The user's own, in their order. */ ready: readonly string[]; /** Given before, the newest first. */ reasons: readonly string[]; onClose: () => void; onConfirm: (reason: string, given: ReadonlyMap<string, Given>, whom: string | null) => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [whom, setWhom] = useState<string | null>(null);
  const choices = choicesOf(requests);
  const unsaid = choices.length > 0 && whom === null;
  const field = useRef<HTMLTextAreaElement>(null);
  const missing = tried && reason.trim() === "";
  const [typed, setTyped] = useState(() => offered(requests, false));
  const needs = requests.some((request) => neededTo(request, false).length > 0);
  const submit = () => {
    const given = readAll(requests, false, typed);
    if (reason.trim() === "" || given === null || unsaid) setTried(true);
    else onConfirm(reason.trim(), given, whom);
  };
  const take = (reason: string) => (setReason(reason), field.current?.focus());
  const only = requests.length === 1 ? requests[0] : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={only === undefined ? t("frame.reject.titleMany", { count: requests.length }) : t("frame.reject.title", { number: only.number })}
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="danger" kbd="Ctrl ↵" onClick={submit}>
            {t("frame.reject.confirm")}
          </Button>
        </>
      }
    >
      <ClaimWarning requests={requests} />
      <ForWhom choices={choices} value={whom} missing={tried && unsaid} onChange={setWhom} />
      {needs ? <FieldRows requests={requests} approve={false} typed={typed} tried={tried} onType={(key, name, text) => setTyped((before) => ({ ...before, [key]: { ...before[key], [name]: text } }))} /> : <RequestList requests={requests} />}
      <label className="flex flex-col gap-1.5">
        <span className="text-ink-2">{t("frame.reject.reason")}</span>
        <textarea
          ref={field}
          autoFocus
          required
          rows={3}
          maxLength={1_000}
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
      <Offered label={t("frame.reject.ready")} reasons={ready} onTake={take} />
      <Offered label={t("frame.reject.before")} reasons={reasons.filter((reason) => !ready.includes(reason))} onTake={take} />
    </Dialog>
  );
}

/** Reasons that one click takes over. */
function Offered({ label, reasons, onTake }: { label: string; reasons: readonly string[]; onTake: (reason: string) => void }) {
  if (reasons.length === 0) return null;
  return (
    <section aria-label={label} className="mt-2.5">
      <h3 className="mb-1 text-[12px] font-normal text-ink-3">{label}</h3>
      <ul className="flex flex-wrap gap-1.5">
        {reasons.map((reason) => (
          <li key={reason} className="max-w-full min-w-0">
            <Button className="max-w-full text-ink-2" title={reason} onClick={() => onTake(reason)}>
              <span className="truncate">{reason}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
