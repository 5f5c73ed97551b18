// A source, new or known: its fields, and beside them the connection test. It may be kept whatever came of that: Watchdeck keeps trying.

import { useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Source } from "@/bindings/Source";
import { Button } from "@/parts";
import { useSettings } from "..";
import type { DraftField } from "./draft";
import { SourceFields } from "./fields";
import { TestPanel } from "./test-panel";
import type { SourceFormApi } from "./use-form";

/** The two columns; on top of each other where there is no room. `tryNow` tries at once what is there. */
export function SourceForm({ id, api, focus, onSaved, onSignIn, tryNow = false }: { id: string; api: SourceFormApi; focus?: DraftField; onSaved: (source: Source) => void; onSignIn: (source: Source) => void; tryNow?: boolean }) {
  const { hello } = useSettings();
  const tried = useRef(false);
  const { test } = api;
  useEffect(() => {
    if (!tryNow || tried.current) return;
    tried.current = true;
    void test();
  }, [tryNow, test]);
  const save = async () => {
    const source = await api.save();
    if (source !== null) onSaved(source);
  };
  const signIn = async () => {
    const source = await api.signIn();
    if (source !== null) onSignIn(source);
  };
  return (
    <form
      id={id}
      noValidate
      className="@container"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="grid gap-x-6 gap-y-4 @min-[720px]:grid-cols-[minmax(0,1fr)_296px]">
        <SourceFields form={id} api={api} focus={focus} loginWindow={hello.login_window} onSignIn={() => void signIn()} />
        <div className="border-line @min-[720px]:border-l @min-[720px]:pl-5 @max-[719px]:border-t @max-[719px]:pt-3">
          <TestPanel className="sticky top-0" api={api} onGo={(field) => api.onWrong.current?.(field)} />
        </div>
      </div>
    </form>
  );
}

/** What stands below the form: what is wrong, the ways out. */
export function SourceFormFooter({ form, api, onCancel, cancelLabel, saveLabel, leaving, onStay, onLeave }: { form: string; api: SourceFormApi; onCancel: () => void; cancelLabel?: string; saveLabel?: string; leaving: boolean; onStay: () => void; onLeave: () => void }) {
  const { t } = useTranslation();
  const stay = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (leaving) stay.current?.focus();
  }, [leaving]);
  if (leaving)
    return (
      <>
        <span role="alert" className="mr-auto self-center text-ink-2">
          {t("sources.form.discardAsk")}
        </span>
        <Button look="danger" onClick={onLeave}>
          {t("sources.form.discard")}
        </Button>
        <Button ref={stay} onClick={onStay}>
          {t("sources.form.keepEditing")}
        </Button>
      </>
    );
  return (
    <>
      <span role="alert" className="mr-auto min-w-0 self-center text-crit">
        {api.error}
      </span>
      <Button onClick={onCancel}>{cancelLabel ?? t("common.cancel")}</Button>
      <Button look="primary" type="submit" form={form} disabled={api.saving}>
        {saveLabel ?? t("sources.form.save")}
      </Button>
    </>
  );
}

export function useFormId(): string {
  return useId().replaceAll(":", "");
}
