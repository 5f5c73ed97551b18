// An action, new or known: its fields, and beside them what it would send and what comes of sending it. What was changed is not lost by a slip.

import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Hook } from "@/bindings/Hook";
import { Button, Dialog } from "@/parts";
import { ActionFields } from "./fields";
import { kindOf } from "./kinds";
import { Panel } from "./preview";
import { useAction } from "./use-action";

/** `allow` is the switch that lets programs run. */
export function ActionForm({ before, isNew, allow, onClose }: { before: Hook; isNew: boolean; allow: ReactNode; onClose: () => void }) {
  const { t } = useTranslation();
  const api = useAction(before, isNew);
  const form = useId();
  const [leaving, setLeaving] = useState(false);
  const submit = async () => {
    if (await api.save()) onClose();
  };
  return (
    <Dialog
      open
      tall
      width={940}
      onClose={() => (api.dirty && !leaving ? setLeaving(true) : onClose())}
      title={isNew ? t("outgoing.addTitle", { kind: t(`outgoing.kind.${kindOf(before.action)}`) }) : t("outgoing.editTitle", { name: before.name })}
      footer={
        leaving ? (
          <>
            <span role="alert" className="mr-auto self-center text-ink-2">
              {t("sources.form.discardAsk")}
            </span>
            <Button look="danger" onClick={onClose}>
              {t("sources.form.discard")}
            </Button>
            <Button autoFocus onClick={() => setLeaving(false)}>
              {t("sources.form.keepEditing")}
            </Button>
          </>
        ) : (
          <>
            <span role="alert" className="mr-auto min-w-0 self-center text-crit">
              {api.error}
            </span>
            <Button onClick={onClose}>{t("common.cancel")}</Button>
            <Button look="primary" type="submit" form={form} disabled={api.busy}>
              {t("outgoing.save")}
            </Button>
          </>
        )
      }
    >
      <form
        id={form}
        noValidate
        className="@container"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="grid gap-x-6 gap-y-4 @min-[720px]:grid-cols-[minmax(0,1fr)_minmax(0,380px)]">
          <ActionFields api={api} allow={allow} />
          <div className="border-line @min-[720px]:border-l @min-[720px]:pl-5 @max-[719px]:border-t @max-[719px]:pt-3">
            <Panel api={api} />
          </div>
        </div>
      </form>
    </Dialog>
  );
}
