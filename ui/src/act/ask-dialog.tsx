// What is asked before an approval: whether a large one is meant, and what the ERP needs beside a yes.

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { Button, Dialog } from "@/parts";
import { useSettings } from "@/settings";
import { ClaimWarning } from "./claimed";
import { FieldRows } from "./field-rows";
import { type Given, neededTo, offered, readAll } from "./fields";
import { ForWhom } from "./for-whom";
import { RequestList, useSum } from "./requests";
import type { Request } from "./results";
import { choicesOf } from "./whom";

export function AskDialog({ requests, large, onClose, onConfirm }: { requests: readonly Request[]; /** It is asked whether it is meant. */ large: boolean; onClose: () => void; onConfirm: (given: ReadonlyMap<string, Given>, whom: string | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { settings } = useSettings();
  const [typed, setTyped] = useState(() => offered(requests, true));
  const [tried, setTried] = useState(false);
  const [whom, setWhom] = useState<string | null>(null);
  const choices = choicesOf(requests);
  const unsaid = choices.length > 0 && whom === null;
  const only = requests.length === 1 ? requests[0] : undefined;
  const what = useSum()(requests) || (only?.unread ?? only?.number ?? "");
  const needs = requests.some((request) => neededTo(request, true).length > 0);
  const confirm = () => {
    const given = readAll(requests, true, typed);
    if (given === null || unsaid) setTried(true);
    else onConfirm(given, whom);
  };
  const title = only !== undefined ? t("frame.ask.title", { what: needs ? only.number : what }) : what === "" ? t("frame.ask.titleCount", { count: requests.length }) : t("frame.ask.titleMany", { count: requests.length, what });
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button autoFocus={!needs && choices.length === 0} onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="primary" kbd="Ctrl ↵" onClick={confirm}>
            {t("common.actions.approve")}
          </Button>
        </>
      }
    >
      <ClaimWarning requests={requests} />
      <div onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && confirm()}>
        <ForWhom choices={choices} value={whom} missing={tried && unsaid} onChange={setWhom} />
        {needs ? <FieldRows requests={requests} approve typed={typed} tried={tried} onType={(key, name, text) => setTyped((before) => ({ ...before, [key]: { ...before[key], [name]: text } }))} /> : <RequestList requests={requests} />}
        {large && <p className="text-ink-3">{t("frame.ask.why", { amount: format.money(settings.ask_above) })}</p>}
      </div>
    </Dialog>
  );
}
