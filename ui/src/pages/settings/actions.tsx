// Outgoing actions: what leaves for others when an event matches, how each is doing, and adding, changing and removing them.

import { Plus, Send } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Hook } from "@/bindings/Hook";
import { useView } from "@/live";
import { Button, Dialog, EmptyState, Menu } from "@/parts";
import { Switch } from "@/parts/switch";
import { useSettings } from "@/settings";
import { ActionForm } from "./outgoing/form";
import { KindIcon } from "./outgoing/icon";
import { fresh, type Kind, KINDS } from "./outgoing/kinds";
import { ActionLine } from "./outgoing/line";
import { Row, SavingError, SavingMark, Section, useSaver } from "./row";

type Open = { readonly kind: "form"; readonly hook: Hook; readonly isNew: boolean } | { readonly kind: "remove"; readonly hook: Hook };

export function Outgoing() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { data } = useView("health");
  const { saving, save } = useSaver();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const begin = (kind: Kind) => setOpen({ kind: "form", hook: fresh(kind, t(`outgoing.kind.${kind}`)), isNew: true });
  const add = (look: "plain" | "primary") => (
    <Menu
      label={t("outgoing.add")}
      align="end"
      trigger={
        <Button look={look} icon={<Plus aria-hidden />}>
          {t("outgoing.add")}
        </Button>
      }
      items={KINDS.map((kind) => ({ id: kind, label: t(`outgoing.kind.${kind}`), icon: <KindIcon kind={kind} />, onSelect: () => begin(kind) }))}
    />
  );
  return (
    <Section id="hooks" title={t("settings.section.hooks")}>
      <div className="flex items-center gap-3 px-4 pb-2">
        <p className="min-w-0 flex-1 text-ink-2">{t("outgoing.text")}</p>
        <SavingMark saving={saving} />
        {settings.hooks.length > 0 && add("plain")}
      </div>
      <SavingError saving={saving} className="px-4 pb-2" />
      {settings.hooks.length === 0 ? (
        <div className="mx-4 flex min-h-[168px] rounded-md border border-line bg-panel">
          <EmptyState icon={<Send aria-hidden />} title={t("outgoing.none")} text={t("outgoing.noneText")} action={add("primary")} />
        </div>
      ) : (
        <ul aria-label={t("outgoing.list")} className="mx-4 rounded-md border border-line bg-panel">
          {settings.hooks.map((hook) => (
            <ActionLine
              key={hook.id}
              hook={hook}
              handler={data?.handlers.find((handler) => handler.name === `hook:${hook.id}`) ?? null}
              onEdit={() => setOpen({ kind: "form", hook, isNew: false })}
              onRemove={() => setOpen({ kind: "remove", hook })}
            />
          ))}
        </ul>
      )}
      <div className="mt-1.5">
        <AllowCommands />
      </div>
      {open?.kind === "form" && <ActionForm key={open.hook.id} before={open.hook} isNew={open.isNew} allow={<AllowCommands />} onClose={close} />}
      {open?.kind === "remove" && (
        <Dialog
          open
          onClose={close}
          title={t("outgoing.removeTitle", { name: open.hook.name })}
          footer={
            <>
              <Button autoFocus onClick={close}>
                {t("common.cancel")}
              </Button>
              <Button
                look="danger"
                onClick={() => {
                  close();
                  void save({ hooks: { [open.hook.id]: null } });
                }}
              >
                {t("outgoing.removeDo")}
              </Button>
            </>
          }
        >
          <p className="text-ink-2">{t("outgoing.removeText")}</p>
        </Dialog>
      )}
    </Section>
  );
}

/** Whether programs may be run: below the list, and in the form of a program for as long as they may not. */
function AllowCommands() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  return (
    <Row label={t("outgoing.commands")} help={t("outgoing.commandsHelp")} saving={saving}>
      <Switch label={t("outgoing.commands")} checked={settings.allow_commands} onChange={(allow_commands) => void save({ allow_commands })} />
    </Row>
  );
}
