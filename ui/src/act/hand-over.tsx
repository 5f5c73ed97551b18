// Asked before requests are handed over: to whom.

import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Deputy } from "@/bindings/Deputy";
import { Button, Dialog } from "@/parts";
import { DeputyFields } from "./deputy-fields";
import { RequestList } from "./requests";
import type { Request } from "./results";

export function HandOverDialog({ requests, onClose, onConfirm }: { requests: readonly Request[]; onClose: () => void; onConfirm: (to: Deputy) => void }) {
  const { t } = useTranslation();
  const [to, setTo] = useState<Deputy>({ id: "", name: "" });
  const [tried, setTried] = useState(false);
  const submit = () => {
    if (to.id.trim() === "") setTried(true);
    else onConfirm({ id: to.id.trim(), name: to.name.trim() });
  };
  const only = requests.length === 1 ? requests[0] : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={only === undefined ? t("approvals.handOver.titleMany", { count: requests.length }) : t("approvals.handOver.title", { number: only.number })}
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" kbd="↵" onClick={submit}>
            {t("approvals.handOver.confirm")}
          </Button>
        </>
      }
    >
      <RequestList requests={requests} />
      <DeputyFields value={to} missing={tried && to.id.trim() === ""} onChange={setTo} onSubmit={submit} />
    </Dialog>
  );
}
