// Whom events are passed on to: webhooks, each with its address and the events that it gets.

import { Pencil, Plus, Trash2, Webhook } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Hook } from "@/bindings/Hook";
import { Button, Dialog, IconButton } from "@/parts";
import { go } from "@/route";
import { useSettings } from "@/settings";
import { errorText } from "@/text";
import { SavingError, SavingMark, Section, useSaver } from "./row";

type Open = { readonly kind: "form"; readonly hook: Hook | null } | { readonly kind: "remove"; readonly hook: Hook };

export function Hooks() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <Section id="hooks" title={t("settings.section.hooks")}>
      <div className="flex items-center gap-3 px-4 pb-2">
        <p className="min-w-0 flex-1 text-ink-2">{t("settings.hooks.text")}</p>
        <SavingMark saving={saving} />
        <Button icon={<Plus aria-hidden />} onClick={() => setOpen({ kind: "form", hook: null })}>
          {t("settings.hooks.add")}
        </Button>
      </div>
      <SavingError saving={saving} className="px-4 pb-2" />
      {settings.hooks.length === 0 ? (
        <p className="px-4 text-ink-3">{t("settings.hooks.none")}</p>
      ) : (
        <ul aria-label={t("settings.section.hooks")} className="mx-4 rounded-md border border-line bg-panel">
          {settings.hooks.map((hook) => (
            <li key={hook.id} className="flex min-h-11 items-center gap-3 border-b border-line/55 px-3 py-1.5 last:border-b-0">
              <Webhook aria-hidden className="size-4 flex-none text-ink-3" />
              <div className="min-w-0 flex-1">
                <p className="truncate font-[520]">{hook.name}</p>
                <p className="truncate text-[12px] text-ink-3">
                  {hook.url} · {hook.filter === "" ? t("settings.hooks.everything") : <code className="font-mono">{hook.filter}</code>}
                </p>
              </div>
              <Button look="ghost" onClick={() => go("health")}>
                {t("settings.hooks.see")}
              </Button>
              <IconButton label={t("settings.hooks.edit")} onClick={() => setOpen({ kind: "form", hook })}>
                <Pencil aria-hidden />
              </IconButton>
              <IconButton label={t("settings.hooks.remove")} onClick={() => setOpen({ kind: "remove", hook })}>
                <Trash2 aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      {open?.kind === "form" && <Form key={open.hook?.id ?? "new"} before={open.hook} onClose={close} />}
      {open?.kind === "remove" && (
        <Dialog
          open
          onClose={close}
          title={t("settings.hooks.removeTitle", { name: open.hook.name })}
          footer={
            <>
              <Button autoFocus onClick={close}>
                {t("common.cancel")}
              </Button>
              <Button
                look="danger"
                onClick={() => {
                  close();
                  void save({ hooks: settings.hooks.filter((hook) => hook.id !== open.hook.id) });
                }}
              >
                {t("settings.hooks.remove")}
              </Button>
            </>
          }
        >
          <p className="text-ink-2">{t("settings.hooks.removeText")}</p>
        </Dialog>
      )}
    </Section>
  );
}

/** An id that no other webhook has, nor had: its dead letters carry it. */
const freshId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 6)}`;

function Form({ before, onClose }: { before: Hook | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { settings, save } = useSettings();
  const [hook, setHook] = useState<Hook>(() => before ?? { id: freshId(), name: "", url: "", filter: "" });
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    const tidy = { ...hook, name: hook.name.trim(), url: hook.url.trim(), filter: hook.filter.trim() };
    setBusy(true);
    try {
      await save({ hooks: before === null ? [...settings.hooks, tidy] : settings.hooks.map((each) => (each.id === tidy.id ? tidy : each)) });
      onClose();
    } catch (thrown) {
      setError(errorText(thrown));
      setBusy(false);
    }
  };
  const field = (name: "name" | "url" | "filter", help?: string) => (
    <label className="block">
      <span className="text-ink-2">{t(`settings.hooks.${name}`)}</span>
      <input autoFocus={name === "name"} value={hook[name]} spellCheck={false} autoComplete="off" onChange={(event) => (setHook({ ...hook, [name]: event.target.value }), setError(null))} className={`mt-1 h-[28px] w-full rounded-md border border-line-strong bg-surface px-2 ${name === "name" ? "" : "font-mono text-[12.5px]"}`} />
      {help !== undefined && <span className="mt-0.5 block text-[12px] text-ink-3">{help}</span>}
    </label>
  );
  return (
    <Dialog
      open
      onClose={onClose}
      width={500}
      title={before === null ? t("settings.hooks.addTitle") : t("settings.hooks.editTitle", { name: before.name })}
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" disabled={busy} onClick={() => void submit()}>
            {t("settings.hooks.save")}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {field("name")}
        {field("url", t("settings.hooks.urlHelp"))}
        {field("filter", t("settings.hooks.filterHelp"))}
        <p className="text-[12px] text-ink-3">{t("settings.hooks.masked")}</p>
        {error !== null && (
          <p role="alert" className="text-crit">
            {error}
          </p>
        )}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </form>
    </Dialog>
  );
}
