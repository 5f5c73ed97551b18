// What few servers need, behind a fold that says what is set in it.

import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { dialectOf } from "@/dialects";
import { cx } from "@/parts";
import { Choices } from "@/parts/choices";
import { joined } from "@/text";
import { advancedParts } from "./draft";
import { fieldId, Help, INPUT, Label, TextField } from "./field";
import { PageEditor } from "./page-editor";
import type { SourceFormApi } from "./use-form";

export function Advanced({ form, api, open, onToggle, loginWindow }: { form: string; api: SourceFormApi; open: boolean; onToggle: () => void; loginWindow: boolean }) {
  const { t } = useTranslation();
  const set = advancedParts(api.draft);
  const panel = `${form}-advanced`;
  return (
    <div className="border-t border-line pt-2">
      <button type="button" aria-expanded={open} aria-controls={panel} onClick={onToggle} className="flex h-7 w-full items-center gap-1.5 rounded-md text-left hover:bg-raised">
        <ChevronRight aria-hidden className={cx("size-3.5 flex-none text-ink-3", open && "rotate-90")} />
        <span className="flex-none font-[540]">{t("sources.form.advanced")}</span>
        <span className="truncate text-[12px] text-ink-3">{joined(set.map((part) => t(`sources.form.${part}`)))}</span>
      </button>
      <div id={panel} hidden={!open} className={open ? "flex flex-col gap-3 pt-2 pl-5" : undefined}>
        {/* Here, so that the form keeps its shape whatever kind is chosen. */}
        {dialectOf(api.dialect).userAsked === "advanced" && <TextField form={form} api={api} field="userId" label={t("sources.form.userId")} help={t("sources.form.userIdHelp")} placeholder={t("sources.form.userIdPlaceholder")} />}
        {dialectOf(api.dialect).origin && <TextField form={form} api={api} field="origin" label={t("sources.form.origin")} help={t("sources.form.originHelp")} placeholder={t("sources.form.examples.origin")} />}
        <TextField form={form} api={api} field="currency" label={t("sources.form.currency")} help={t("sources.form.currencyHelp")} placeholder={t("sources.form.examples.currency")} />
        <TextField form={form} api={api} field="timeZone" label={t("sources.form.timeZone")} help={t("sources.form.timeZoneHelp")} placeholder={t("sources.form.examples.timeZone")} />
        <TextField form={form} api={api} field="wakeUrl" label={t("sources.form.wakeUrl")} help={t("sources.form.wakeUrlHelp")} placeholder={t("sources.form.examples.wakeUrl")} />
        {loginWindow && <TextField form={form} api={api} field="loginUrl" label={t("sources.form.loginUrl")} help={t("sources.form.loginUrlHelp")} placeholder={t("sources.form.examples.loginUrl")} />}
        <TextField form={form} api={api} field="historyPath" mono label={t("sources.form.historyPath")} help={<PathHelp />} placeholder={t("sources.form.examples.historyPath")} />
        <TextField
          form={form}
          api={api}
          field="pollSeconds"
          label={t("sources.form.pollSeconds")}
          inputMode="numeric"
          disabled={api.draft.historyPath.trim() === ""}
          style={{ width: 72, flex: "none" }}
          tail={<span className="text-[12px] text-ink-3">{t("sources.form.pollSecondsUnit")}</span>}
        />
        <PageEditor form={form} api={api} />
        <TextField
          form={form}
          api={api}
          field="expectMinutes"
          label={t("sources.form.expectMinutes")}
          help={t("sources.form.expectMinutesHelp")}
          inputMode="numeric"
          style={{ width: 72, flex: "none" }}
          tail={<span className="text-[12px] text-ink-3">{t("sources.form.expectMinutesUnit")}</span>}
        />
        <TextField form={form} api={api} field="caFile" mono label={t("sources.form.caFile")} help={t("sources.form.caFileHelp")} placeholder={t("sources.form.examples.caFile")} />
        <Proxy form={form} api={api} />
      </div>
    </div>
  );
}

function PathHelp() {
  const { t } = useTranslation();
  return (
    <>
      {t("sources.form.historyPathHelp")}
      <span className="mt-0.5 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
        <code className="font-mono text-ink-2">{"{from} {to}"}</code>
        <span>{t("sources.form.placeholders.from")}</span>
        <code className="font-mono text-ink-2">{"{from_iso} {to_iso}"}</code>
        <span>{t("sources.form.placeholders.from_iso")}</span>
        <code className="font-mono text-ink-2">{"{channel}"}</code>
        <span>{t("sources.form.placeholders.channel")}</span>
      </span>
    </>
  );
}

function Proxy({ form, api }: { form: string; api: SourceFormApi }) {
  const { t } = useTranslation();
  const { proxyKind } = api.draft;
  const password = fieldId(form, "proxyPassword");
  return (
    <div>
      <Label htmlFor={fieldId(form, "proxyKind")}>{t("sources.form.proxy")}</Label>
      <div className="flex">
        <Choices
          id={fieldId(form, "proxyKind")}
          label={t("sources.form.proxy")}
          value={proxyKind}
          options={[
            { id: "environment", label: t("sources.form.proxyEnvironment") },
            { id: "direct", label: t("sources.form.proxyDirect") },
            { id: "through", label: t("sources.form.proxyThrough") },
          ]}
          onChange={(kind) => api.set({ proxyKind: kind })}
        />
      </div>
      <Help>{t(`sources.form.proxyHelp.${proxyKind}`)}</Help>
      {proxyKind === "through" && (
        <div className="mt-2 flex flex-col gap-2">
          <TextField form={form} api={api} field="proxyUrl" label={t("sources.form.proxyUrl")} placeholder={t("sources.form.examples.proxyUrl")} />
          <div className="grid grid-cols-2 gap-3">
            <TextField form={form} api={api} field="proxyUser" label={t("sources.form.proxyUser")} />
            <div className="min-w-0">
              <Label htmlFor={password}>{t("sources.form.proxyPassword")}</Label>
              <input
                id={password}
                type="password"
                autoComplete="new-password"
                value={api.draft.proxyPassword}
                aria-describedby={`${password}-help`}
                onChange={(event) => api.set({ proxyPassword: event.target.value })}
                className={cx(INPUT, "border-line-strong")}
              />
              <Help id={`${password}-help`}>{t(`sources.form.proxyKept.${api.keptProxy}`)}</Help>
            </div>
          </div>
        </div>
      )}
    </div>
  );
}
