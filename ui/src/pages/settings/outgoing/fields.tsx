// The fields of an action: those of its kind, and no others.

import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Action } from "@/bindings/Action";
import { Choices } from "@/parts/choices";
import { useSettings } from "@/settings";
import { Help, Line, Lines, SecretField } from "./field";
import { FilterLine } from "./filter-line";
import { kindOf, PORTS } from "./kinds";
import type { ActionApi } from "./use-action";

export function ActionFields({ api, allow }: { api: ActionApi; allow: ReactNode }) {
  const { t } = useTranslation();
  const { draft } = api;
  const kind = kindOf(draft.action);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p className="text-ink-2">{t(`outgoing.about.${kind}`)}</p>
      <Line label={t("outgoing.name")} value={draft.name} autoFocus onText={(name) => api.set({ name })} />
      <OfKind api={api} action={draft.action} allow={allow} />
      <FilterLine api={api} />
      {draft.action.kind !== "webhook" && <OwnWords api={api} />}
      <Help className="!mt-0">{t("outgoing.masked")}</Help>
    </div>
  );
}

function OfKind({ api, action, allow }: { api: ActionApi; action: Action; allow: ReactNode }) {
  const { t } = useTranslation();
  switch (action.kind) {
    case "webhook":
    case "robot":
      return (
        <>
          <Line label={t("outgoing.url")} mono value={action.url} help={t(action.kind === "robot" ? "outgoing.robotUrlHelp" : "outgoing.urlHelp")} onText={(url) => api.set({ action: { ...action, url } })} />
          {/* WeCom's has no signature. */}
          {!(action.kind === "robot" && action.maker === "wecom") && <SecretField api={api} />}
        </>
      );
    case "email":
      return <MailFields api={api} action={action} />;
    case "command":
      return <CommandFields api={api} action={action} allow={allow} />;
  }
}

function MailFields({ api, action }: { api: ActionApi; action: Extract<Action, { kind: "email" }> }) {
  const { t } = useTranslation();
  const set = (patch: Partial<typeof action>) => api.set({ action: { ...action, ...patch } });
  const usual = action.port === PORTS[action.tls];
  // What is typed, also between two addresses; the draft holds the addresses.
  const [people, setPeople] = useState(action.to.join("\n"));
  return (
    <>
      <div className="grid grid-cols-[minmax(0,1fr)_88px] gap-x-3">
        <Line label={t("outgoing.server")} mono value={action.server} placeholder={t("outgoing.serverExample")} onText={(server) => set({ server })} />
        <Line label={t("outgoing.port")} mono value={action.port === 0 ? "" : String(action.port)} inputMode="numeric" onText={(text) => /^\d{0,5}$/.test(text) && Number(text) <= 65_535 && set({ port: Number(text) })} />
      </div>
      <div>
        <div className="flex items-center gap-3">
          <span className="text-ink-2">{t("outgoing.tls")}</span>
          <Choices
            label={t("outgoing.tls")}
            value={action.tls}
            options={(["implicit", "starttls", "none"] as const).map((tls) => ({ id: tls, label: t(`outgoing.tlsKind.${tls}`) }))}
            onChange={(tls) => set({ tls, ...(usual ? { port: PORTS[tls] } : {}) })}
          />
        </div>
        {action.tls === "none" && <Help className="!text-warn">{t("outgoing.tlsNone")}</Help>}
      </div>
      <div className="grid grid-cols-2 gap-x-3">
        <Line label={t("outgoing.user")} value={action.user} help={t("outgoing.userHelp")} onText={(user) => set({ user })} />
        <SecretField api={api} />
      </div>
      <Line label={t("outgoing.from")} value={action.from} placeholder={t("outgoing.fromExample")} onText={(from) => set({ from })} />
      <Lines
        label={t("outgoing.to")}
        value={people}
        rows={2}
        help={t("outgoing.toHelp")}
        onText={(text) => {
          setPeople(text);
          set({ to: text.split(/[,;，；\n]/).map((one) => one.trim()).filter((one) => one !== "") });
        }}
      />
      {action.tls !== "none" && <Line label={t("outgoing.caFile")} mono value={action.ca_file} help={t("outgoing.caFileHelp")} onText={(ca_file) => set({ ca_file })} />}
    </>
  );
}

function CommandFields({ api, action, allow }: { api: ActionApi; action: Extract<Action, { kind: "command" }>; allow: ReactNode }) {
  const { t } = useTranslation();
  const { settings } = useSettings();
  return (
    <>
      {!settings.allow_commands && (
        <div className="rounded-md border border-warn pt-1.5">
          <p className="px-4 text-warn">{t("outgoing.commandsOff")}</p>
          {allow}
        </div>
      )}
      <Line label={t("outgoing.program")} mono value={action.program} help={t("outgoing.programHelp")} onText={(program) => api.set({ action: { ...action, program } })} />
      <Lines label={t("outgoing.args")} mono value={action.args.join("\n")} rows={2} help={t("outgoing.argsHelp")} onText={(text) => api.set({ action: { ...action, args: text === "" ? [] : text.split("\n") } })} />
    </>
  );
}

/** What people read, in the user's own words; folded while there are none. */
function OwnWords({ api }: { api: ActionApi }) {
  const { t } = useTranslation();
  const { draft } = api;
  const [open, setOpen] = useState(draft.subject !== "" || draft.text !== "");
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className="rounded-md border border-line px-3 py-1.5">
      <summary className="cursor-default text-ink-2">{t("outgoing.ownWords")}</summary>
      <div className="flex flex-col gap-2 pt-1.5 pb-1">
        <Help className="!mt-0">{t("outgoing.ownWordsText")}</Help>
        <Line label={t("outgoing.subject")} value={draft.subject} placeholder={t("outgoing.subjectUsual")} onText={(subject) => api.set({ subject })} />
        <Lines label={t("outgoing.body")} value={draft.text} rows={4} help={t("outgoing.placeholders")} onText={(text) => api.set({ text })} />
      </div>
    </details>
  );
}
