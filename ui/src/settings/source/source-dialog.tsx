import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Source } from "@/bindings/Source";
import { Dialog } from "@/parts";
import type { DraftField } from "./draft";
import { SourceForm, SourceFormFooter, useFormId } from "./source-form";
import { useSourceForm } from "./use-form";

/** The form as a dialog. What was changed is not lost by a slip: it asks before it closes. */
export function SourceDialog({ before, focus, onClose, onSignIn }: { before: Source | null; focus?: DraftField; onClose: () => void; onSignIn: (source: Source) => void }) {
  const { t } = useTranslation();
  const api = useSourceForm(before);
  const [leaving, setLeaving] = useState(false);
  const form = useFormId();
  return (
    <Dialog
      open
      tall
      width={940}
      onClose={() => (api.dirty && !leaving ? setLeaving(true) : onClose())}
      title={before === null ? t("sources.form.addTitle") : t("sources.form.editTitle", { name: before.name })}
      footer={<SourceFormFooter form={form} api={api} onCancel={onClose} leaving={leaving} onStay={() => setLeaving(false)} onLeave={onClose} />}
    >
      <SourceForm id={form} api={api} focus={focus} onSaved={onClose} onSignIn={onSignIn} />
    </Dialog>
  );
}
