// What the palette always has: the pages and what can be done, found by their words in both languages.

import { Languages, Moon, Sparkles, Sun, SunMoon, Volume2, VolumeX } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { SettingsPatch } from "@/bindings/SettingsPatch";
import { matchesWords } from "@/filter";
import type { Incident } from "@/host";
import { useHost, useLive } from "@/live";
import { toast } from "@/parts/notice";
import { go } from "@/route";
import { PAGES } from "@/route/pages";
import { useSettings } from "@/settings";
import { errorDetail, errorText } from "@/text";
import { en } from "@/text/en";
import { zh } from "@/text/zh";
import type { Entry, Group } from "./palette-entry";

const INCIDENTS: readonly Incident[] = ["printer_down", "feed_cut", "low_stock", "refund_large", "approval_burst"];

/** Those that `text` finds; all of them without one. */
export function useFixedGroups(text: string): readonly Group[] {
  const { t } = useTranslation();
  const host = useHost();
  const { save } = useSettings();
  const demo = useLive((live) => live.frame?.sources.some((source) => source.demo) ?? false);
  const muted = useLive((live) => live.frame?.muted ?? false);
  const groups = useMemo((): readonly Group[] => {
    const failed = (thrown: unknown) => toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown));
    const set = (patch: SettingsPatch) => () => void save(patch).catch(failed);
    const pages = PAGES.map(({ name, key, icon: Icon }): Entry => ({ value: `page ${name}`, icon: <Icon aria-hidden />, text: t(`frame.page.${name}`), called: [name, zh.frame.page[name], en.frame.page[name]], keys: ["g", key], onSelect: () => go(name) }));
    const actions: readonly Entry[] = [
      { value: "mute", icon: muted ? <Volume2 aria-hidden /> : <VolumeX aria-hidden />, text: muted ? t("frame.unmute") : t("frame.mute"), called: ["mute", "sound", zh.frame.mute, zh.frame.unmute, en.frame.mute, en.frame.unmute], onSelect: set({ muted: !muted }) },
      { value: "theme dark", icon: <Moon aria-hidden />, text: t("frame.palette.themeDark"), called: ["theme", zh.frame.palette.themeDark, en.frame.palette.themeDark], onSelect: set({ theme: "dark" }) },
      { value: "theme light", icon: <Sun aria-hidden />, text: t("frame.palette.themeLight"), called: ["theme", zh.frame.palette.themeLight, en.frame.palette.themeLight], onSelect: set({ theme: "light" }) },
      { value: "theme system", icon: <SunMoon aria-hidden />, text: t("frame.palette.themeSystem"), called: ["theme", zh.frame.palette.themeSystem, en.frame.palette.themeSystem], onSelect: set({ theme: "system" }) },
      { value: "language zh", icon: <Languages aria-hidden />, text: t("frame.palette.langZh"), called: ["chinese", "language"], onSelect: set({ language: "zh-CN" }) },
      { value: "language en", icon: <Languages aria-hidden />, text: t("frame.palette.langEn"), called: ["english", "language"], onSelect: set({ language: "en" }) },
    ];
    const incidents = INCIDENTS.map((name): Entry => ({ value: `incident ${name}`, icon: <Sparkles aria-hidden />, text: t(`frame.palette.incident.${name}`), called: [name, zh.frame.palette.incident[name], en.frame.palette.incident[name]], onSelect: () => void host.call("incident", { name }).catch(failed) }));
    return [
      { id: "pages", heading: t("frame.palette.pages"), entries: pages },
      { id: "actions", heading: t("frame.palette.actions"), entries: actions },
      { id: "incidents", heading: t("frame.palette.incidents"), entries: demo ? incidents : [] },
    ];
  }, [t, host, save, demo, muted]);
  return useMemo(() => groups.map((group) => ({ ...group, entries: group.entries.filter((entry) => matchesWords(text, [entry.text, ...(entry.called ?? [])])) })).filter((group) => group.entries.length > 0), [groups, text]);
}
