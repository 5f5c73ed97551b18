// The fields of a source in one column: the address first, then what the server is, who we are there, what it is called here, and the rest behind a fold.

import { AppWindow } from "lucide-react";
import { useEffect, useImperativeHandle, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { dialectOf } from "@/dialects";
import { Button } from "@/parts";
import { Advanced } from "./advanced";
import { ColourChoice, DialectChoice } from "./choices";
import { type DraftField, hostOf } from "./draft";
import { fieldId, Help, TextField } from "./field";
import { ADVANCED } from "./problems";
import { TokenField } from "./token-field";
import type { SourceFormApi } from "./use-form";

export function SourceFields({ form, api, loginWindow, onSignIn, focus }: { form: string; api: SourceFormApi; loginWindow: boolean; onSignIn: () => void; focus?: DraftField }) {
  const { t } = useTranslation();
  const { draft, set } = api;
  const [open, setOpen] = useState(false);
  const go = (field: DraftField) => {
    if (ADVANCED.has(field)) flushSync(() => setOpen(true));
    const control = document.getElementById(fieldId(form, field));
    control?.scrollIntoView({ block: "nearest" });
    control?.focus();
  };
  useImperativeHandle(api.onWrong, () => go);
  useEffect(() => {
    document.getElementById(fieldId(form, focus ?? "url"))?.focus();
  }, [form, focus]);
  // Signing in in a window yields a session cookie.
  const cookies = dialectOf(api.dialect).signInPage;

  return (
    <div className="flex min-w-0 flex-col gap-3">
      <TextField form={form} api={api} field="url" label={t("sources.form.url")} placeholder={t("sources.form.urlPlaceholder")} required />
      <DialectChoice id={fieldId(form, "dialect")} value={draft.dialect} onChange={(dialect) => set({ dialect })} />
      <div>
        <TokenField id={fieldId(form, "token")} dialect={api.dialect} value={draft.token} kept={api.kept} problem={api.problem("token")} onChange={(token) => set({ token })} />
        {loginWindow && cookies && (
          <div className="mt-1.5 flex items-center gap-2.5">
            <Button icon={<AppWindow aria-hidden />} onClick={onSignIn} disabled={api.saving}>
              {api.before !== null && !api.dirty ? t("sources.form.window") : t("sources.form.windowSave")}
            </Button>
            <Help className="!mt-0">{t("sources.form.windowHelp")}</Help>
          </div>
        )}
      </div>
      {dialectOf(api.dialect).userAsked === "first" && (
        <div>
          <div className="grid grid-cols-3 gap-3">
            <TextField form={form} api={api} field="userId" label={t("sources.form.userId")} placeholder="7" />
            <TextField form={form} api={api} field="userName" label={t("sources.form.userName")} placeholder={t("sources.form.userNamePlaceholder")} />
            <TextField form={form} api={api} field="userRole" label={t("sources.form.userRole")} placeholder={t("sources.form.userRolePlaceholder")} />
          </div>
          <Help>{t("sources.form.userHelp")}</Help>
        </div>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-3">
        <TextField form={form} api={api} field="name" label={t("sources.form.name")} placeholder={draft.url.trim() === "" ? t("sources.form.namePlaceholder") : hostOf(draft.url.trim())} maxLength={64} />
        <ColourChoice id={fieldId(form, "colour")} value={draft.colour} onChange={(colour) => set({ colour })} />
      </div>
      <TextField form={form} api={api} field="channels" mono label={t("sources.form.channels")} help={t("sources.form.channelsHelp")} placeholder={t("sources.form.channelsPlaceholder")} />
      <Advanced form={form} api={api} open={open} onToggle={() => setOpen(!open)} loginWindow={loginWindow && cookies} />
    </div>
  );
}
