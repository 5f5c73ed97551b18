// Settings: each is saved at once and says whether it was. The sections stand in one column; the list at the left jumps to them.

import { TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Hint } from "@/bindings/Hint";
import { useFormat, useToday } from "@/format";
import { useLive, useView } from "@/live";
import { cx } from "@/parts";
import { Choices } from "@/parts/choices";
import { Switch } from "@/parts/switch";
import { useRoute } from "@/route";
import { useSettings } from "@/settings";
import { DeliveryMatrix } from "@/settings/delivery";
import { joined } from "@/text";
import { Absence } from "./absence";
import { Outgoing } from "./actions";
import { Keeping } from "./keeping";
import { Limits } from "./limits";
import { Packs } from "./packs";
import { DesktopQuiet, Quiet } from "./quiet";
import { Reasons } from "./reasons";
import { NumberBox, Row, Section, useSaver } from "./row";
import { Sounds } from "./sounds";
import { Sources } from "./sources";
import { Turns } from "./turns";

const SECTIONS = ["sources", "rules", "delivery", "hooks", "look", "you", "absence", "keeping", "desktop", "packs", "about"] as const;
type SectionId = (typeof SECTIONS)[number];
const NO_HINTS: readonly Hint[] = [];

export default function SettingsPage() {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const current = useCurrentSection(scroller);
  const { query } = useRoute();
  // A link from elsewhere: `#/settings?section=delivery`.
  const wanted = SECTIONS.find((id) => id === query.section);
  useEffect(() => {
    if (wanted !== undefined) jump(scroller.current, wanted);
  }, [wanted]);
  return (
    <div className="@container flex min-h-0 flex-1">
      <nav aria-label={t("settings.nav")} className="w-max min-w-[172px] flex-none border-r border-line px-2 py-2 @max-[760px]:hidden">
        {SECTIONS.map((id) => (
          <button key={id} type="button" aria-current={current === id ? "true" : undefined} onClick={() => jump(scroller.current, id)} className={cx("flex h-7 w-full items-center rounded-md px-2 text-left whitespace-nowrap", current === id ? "bg-raised text-ink" : "text-ink-2 hover:bg-raised hover:text-ink")}>
            {t(`settings.section.${id}`)}
          </button>
        ))}
      </nav>
      <div ref={scroller} className="min-h-0 min-w-0 flex-1 overflow-y-auto">
        <div className="max-w-[760px] pb-16">
          <Sources />
          <Limits />
          <Told />
          <Outgoing />
          <Look />
          <You />
          <Section id="absence" title={t("settings.section.absence")}>
            <Absence />
          </Section>
          <Keeping />
          <Desktop />
          <Packs />
          <About />
        </div>
      </div>
    </div>
  );
}

/** Only the list moves: the last sections cannot reach its top, and the page around it would be pushed up for them. */
function jump(list: HTMLElement | null, id: SectionId): void {
  const section = document.getElementById(`settings-${id}`);
  if (list !== null && section !== null) list.scrollTop += section.getBoundingClientRect().top - list.getBoundingClientRect().top;
}

/** The section at the top of what is on screen; the last one when scrolled to the end. */
function useCurrentSection(scroller: React.RefObject<HTMLDivElement | null>): SectionId {
  const [current, setCurrent] = useState<SectionId>("sources");
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onScroll = () => {
      if (element.scrollTop > 0 && element.scrollTop + element.clientHeight >= element.scrollHeight - 2) return setCurrent("about");
      const top = element.getBoundingClientRect().top + 60;
      setCurrent(SECTIONS.findLast((id) => (document.getElementById(`settings-${id}`)?.getBoundingClientRect().top ?? Infinity) <= top) ?? "sources");
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => element.removeEventListener("scroll", onScroll);
  }, [scroller]);
  return current;
}

function Told() {
  const { t } = useTranslation();
  return (
    <Section id="delivery" title={t("settings.section.delivery")}>
      <p className="px-4 pb-1 text-ink-2">{t("settings.delivery.text")}</p>
      <DeliveryMatrix className="w-full" />
      <Quiet />
      <DesktopQuiet />
      <Sounds />
      <Turns />
    </Section>
  );
}

function Look() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const language = useSaver();
  const theme = useSaver();
  return (
    <Section id="look" title={t("settings.section.look")}>
      <Row label={t("settings.look.language")} saving={language.saving}>
        <Choices
          label={t("settings.look.language")}
          value={settings.language}
          options={[
            { id: "system", label: t("settings.look.system") },
            { id: "zh-CN", label: t("settings.look.zh") },
            { id: "en", label: t("settings.look.en") },
          ]}
          onChange={(id) => void language.save({ language: id })}
        />
      </Row>
      <Row label={t("settings.look.theme")} saving={theme.saving}>
        <Choices
          label={t("settings.look.theme")}
          value={settings.theme}
          options={[
            { id: "system", label: t("settings.look.system") },
            { id: "dark", label: t("settings.look.dark") },
            { id: "light", label: t("settings.look.light") },
          ]}
          onChange={(id) => void theme.save({ theme: id })}
        />
      </Row>
    </Section>
  );
}

function You() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const [typed, setTyped] = useState<string | null>(null);
  const commit = () => {
    if (typed === null) return;
    if (typed.trim() !== settings.user_name) void save({ user_name: typed.trim() });
    setTyped(null);
  };
  return (
    <Section id="you" title={t("settings.section.you")}>
      <Row label={t("settings.you.name")} help={joined([t("settings.you.help"), settings.user_name === "" && t("settings.you.empty")])} saving={saving}>
        <input
          aria-label={t("settings.you.name")}
          value={typed ?? settings.user_name}
          placeholder={t("settings.you.placeholder")}
          maxLength={64}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => (event.key === "Enter" ? commit() : event.key === "Escape" ? setTyped(null) : undefined)}
          className="h-[26px] w-[200px] rounded-md border border-line-strong bg-surface px-2 placeholder:text-ink-3"
        />
      </Row>
      <Asking />
      <Reasons />
    </Section>
  );
}

function Asking() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  return (
    <Row label={t("settings.you.ask")} help={t("settings.you.askHelp")} saving={saving}>
      {settings.ask_large && <NumberBox label={t("settings.you.askAbove")} value={String(settings.ask_above)} unit="¥" onSave={(ask_above) => void save({ ask_above })} />}
      <Switch label={t("settings.you.ask")} checked={settings.ask_large} onChange={(ask_large) => void save({ ask_large })} />
    </Row>
  );
}

function Desktop() {
  const { t } = useTranslation();
  const { settings, hello } = useSettings();
  const tray = useSaver();
  const auto = useSaver();
  const hints = useLive((live) => live.frame?.hints ?? NO_HINTS);
  return (
    <Section id="desktop" title={t("settings.section.desktop")}>
      {hello.host !== "desktop" && <p className="px-4 pb-1 text-ink-2">{t("settings.desktop.browser")}</p>}
      <Row label={t("settings.desktop.tray")} help={t("settings.desktop.trayHelp")} saving={tray.saving}>
        <Switch label={t("settings.desktop.tray")} checked={settings.close_to_tray} onChange={(close_to_tray) => void tray.save({ close_to_tray })} />
      </Row>
      <Row label={t("settings.desktop.autostart")} help={t("settings.desktop.autostartHelp")} saving={auto.saving}>
        <Switch label={t("settings.desktop.autostart")} checked={settings.autostart} onChange={(autostart) => void auto.save({ autostart })} />
      </Row>
      <h3 className="mt-2 border-t border-line/55 px-4 pt-3 pb-1 text-ink-2">{t("settings.desktop.hints")}</h3>
      {hints.length === 0 ? (
        <p className="px-4 text-ink-3">{t("settings.desktop.hintsNone")}</p>
      ) : (
        <ul className="px-4">
          {hints.map((hint) => (
            <li key={hint} className="flex gap-2 py-1">
              <TriangleAlert aria-hidden className={cx("mt-[3px] size-3.5 flex-none", hint === "store_read_only" ? "text-crit" : "text-warn")} />
              {t(`frame.hint.${hint}`)}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function About() {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const { hello } = useSettings();
  const { data } = useView("health");
  const unknown = t("settings.about.unknown");
  return (
    <Section id="about" title={t("settings.section.about")}>
      <dl className="px-4">
        <Line name={t("settings.about.version")}>
          {t("common.product")} {hello.version}
        </Line>
        <Line name={t("settings.about.host")}>{hello.host === "desktop" ? t("settings.about.desktop") : t("settings.about.browser")}</Line>
        <Line name={t("settings.about.data")}>{data === null ? unknown : <code className="font-mono text-[12px] break-all">{data.store.path}</code>}</Line>
        <Line name={t("settings.about.size")}>{data === null ? unknown : format.bytes(data.store.bytes)}</Line>
        <Line name={t("settings.about.oldest")}>{data === null ? unknown : data.store.oldest_at === null ? "—" : format.dateTime(data.store.oldest_at, today)}</Line>
      </dl>
    </Section>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-7 items-baseline gap-4">
      <dt className="w-[120px] flex-none text-ink-2">{name}</dt>
      <dd className="num min-w-0 flex-1 select-text">{children}</dd>
    </div>
  );
}
