// Ctrl+K: go anywhere, do anything, or filter the events by what was typed.

import { Command } from "cmdk";
import { Filter, Languages, Moon, Sparkles, Sun, SunMoon, Volume2, VolumeX } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SettingsPatch } from "@/bindings/SettingsPatch";
import { type Incident } from "@/host";
import { useHost, useLive } from "@/live";
import { Kbd } from "@/parts";
import { toast } from "@/parts/notice";
import { go } from "@/route";
import { PAGES } from "@/route/pages";
import { useSettings } from "@/settings";
import { errorDetail, errorText } from "@/text";

const INCIDENTS: readonly Incident[] = ["printer_down", "feed_cut", "low_stock", "refund_large", "approval_burst"];

export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Command.Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      label={t("frame.palette.title")}
      overlayClassName="fade-in fixed inset-0 z-40 bg-shade"
      contentClassName="fade-in fixed top-[14vh] left-1/2 z-50 flex max-h-[60vh] w-[560px] max-w-[calc(100vw-32px)] -translate-x-1/2 flex-col overflow-hidden rounded-md border border-line-strong bg-panel"
    >
      {open && <Body onClose={onClose} />}
    </Command.Dialog>
  );
}

function Body({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const host = useHost();
  const { save } = useSettings();
  const demo = useLive((live) => live.frame?.sources.some((source) => source.demo) ?? false);
  const muted = useLive((live) => live.frame?.muted ?? false);
  const [text, setText] = useState("");
  const failed = (thrown: unknown) => toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown));
  const set = (patch: SettingsPatch) => void save(patch).catch(failed);
  const run = (action: () => void) => () => {
    onClose();
    action();
  };
  return (
    <>
      <Command.Input
        autoFocus
        value={text}
        onValueChange={setText}
        placeholder={t("frame.palette.placeholder")}
        className="h-11 w-full flex-none border-b border-line bg-transparent px-4 text-[14px] outline-none placeholder:text-ink-3"
      />
      <Command.List className="min-h-0 flex-1 overflow-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-[11px] [&_[cmdk-group-heading]]:text-ink-3">
        <Command.Empty className="p-4 text-ink-2">{t("frame.palette.empty")}</Command.Empty>
        <Command.Group heading={t("frame.palette.pages")}>
          {PAGES.map(({ name, key, icon: Icon }) => (
            <Entry key={name} icon={<Icon aria-hidden />} keywords={[name]} onSelect={run(() => go(name))} keys={["g", key]}>
              {t(`frame.page.${name}`)}
            </Entry>
          ))}
        </Command.Group>
        <Command.Group heading={t("frame.palette.actions")}>
          <Entry icon={muted ? <Volume2 aria-hidden /> : <VolumeX aria-hidden />} keywords={["mute", "sound"]} onSelect={run(() => set({ muted: !muted }))}>
            {muted ? t("frame.unmute") : t("frame.mute")}
          </Entry>
          <Entry icon={<Moon aria-hidden />} keywords={["theme", "dark"]} onSelect={run(() => set({ theme: "dark" }))}>
            {t("frame.palette.themeDark")}
          </Entry>
          <Entry icon={<Sun aria-hidden />} keywords={["theme", "light"]} onSelect={run(() => set({ theme: "light" }))}>
            {t("frame.palette.themeLight")}
          </Entry>
          <Entry icon={<SunMoon aria-hidden />} keywords={["theme", "system"]} onSelect={run(() => set({ theme: "system" }))}>
            {t("frame.palette.themeSystem")}
          </Entry>
          <Entry icon={<Languages aria-hidden />} keywords={["chinese", "zh"]} onSelect={run(() => set({ language: "zh-CN" }))}>
            {t("frame.palette.langZh")}
          </Entry>
          <Entry icon={<Languages aria-hidden />} keywords={["english", "en"]} onSelect={run(() => set({ language: "en" }))}>
            {t("frame.palette.langEn")}
          </Entry>
        </Command.Group>
        {demo && (
          <Command.Group heading={t("frame.palette.incidents")}>
            {INCIDENTS.map((name) => (
              <Entry key={name} icon={<Sparkles aria-hidden />} keywords={[name]} onSelect={run(() => void host.call("incident", { name }).catch(failed))}>
                {t(`frame.palette.incident.${name}`)}
              </Entry>
            ))}
          </Command.Group>
        )}
        {text.trim() !== "" && (
          <Command.Group heading={t("frame.palette.filter")} forceMount>
            <Entry icon={<Filter aria-hidden />} value={`filter ${text}`} always onSelect={run(() => go("events", { filter: text.trim() }))}>
              {t("frame.palette.filterBy", { text: text.trim() })}
            </Entry>
          </Command.Group>
        )}
      </Command.List>
    </>
  );
}

function Entry({ icon, keys, keywords, value, always = false, onSelect, children }: { icon: ReactNode; keys?: readonly string[]; keywords?: string[]; value?: string; always?: boolean; onSelect: () => void; children: ReactNode }) {
  return (
    <Command.Item
      value={value}
      keywords={keywords}
      forceMount={always}
      onSelect={onSelect}
      className="flex h-8 items-center gap-2.5 rounded px-2.5 data-[selected=true]:bg-raised [&_svg]:size-4 [&_svg]:flex-none [&_svg]:text-ink-3"
    >
      {icon}
      <span className="truncate">{children}</span>
      {keys !== undefined && (
        <span className="ml-auto flex gap-1">
          {keys.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </span>
      )}
    </Command.Item>
  );
}
