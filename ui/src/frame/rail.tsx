// The left rail: where to go, and what waits there. 196 px, or icons when collapsed or when the window is narrow.

import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { useLive } from "@/live";
import { cx, IconButton, severitySoft, Tooltip } from "@/parts";
import { routeHash, useRoute } from "@/route";
import { type Page, PAGES, type Waiting } from "@/route/pages";

export function Rail({ collapsed, forced, onToggle }: { collapsed: boolean; forced: boolean; onToggle: () => void }) {
  const { t } = useTranslation();
  const { page } = useRoute();
  const entries = (place: Page["place"]) => PAGES.filter((each) => each.place === place).map((each) => <Entry key={each.name} of={each} on={each.name === page} collapsed={collapsed} />);
  return (
    <nav aria-label={t("frame.nav")} className={cx("flex flex-none flex-col gap-px border-r border-line px-2 pb-2", collapsed ? "w-[52px]" : "w-[196px]")}>
      <div className="mb-2 flex h-11 flex-none items-center gap-[9px] px-[9px] text-[13px] font-[620] tracking-[-0.01em]">
        <img src="/icon.svg" alt="" width={18} height={18} className="-mx-px flex-none" />
        <span className={collapsed ? "sr-only" : undefined}>{t("common.product")}</span>
      </div>
      {entries("main")}
      <hr className="mx-2 my-2 border-line" />
      {entries("tools")}
      <div className="mt-auto flex flex-col gap-px">
        {entries("foot")}
        {!forced && (
          <IconButton label={collapsed ? t("frame.expand") : t("frame.collapse")} onClick={onToggle} className="ml-1">
            {collapsed ? <PanelLeftOpen aria-hidden /> : <PanelLeftClose aria-hidden />}
          </IconButton>
        )}
      </div>
    </nav>
  );
}

function Entry({ of: { name, icon: Icon, waiting }, on, collapsed }: { of: Page; on: boolean; collapsed: boolean }) {
  const { t } = useTranslation();
  const link = (
    <a
      href={routeHash(name)}
      aria-current={on ? "page" : undefined}
      // Where the page is already, nothing changes that would move the focus to it.
      onClick={on ? () => document.getElementById("main")?.focus({ preventScroll: true }) : undefined}
      className={cx("relative flex h-[30px] items-center gap-2.5 rounded-md px-[9px]", on ? "bg-raised text-ink" : "text-ink-2 hover:bg-raised/60 hover:text-ink")}
    >
      <Icon aria-hidden className="size-4 flex-none" strokeWidth={1.7} />
      <span className={collapsed ? "sr-only" : "truncate"}>{t(`frame.page.${name}`)}</span>
      {waiting !== undefined && <Count of={waiting} collapsed={collapsed} />}
    </a>
  );
  return collapsed ? (
    <Tooltip text={t(`frame.page.${name}`)} side="right">
      {link}
    </Tooltip>
  ) : (
    link
  );
}

function Count({ of, collapsed }: { of: Waiting; collapsed: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const count = useLive(({ frame }) => (frame === null ? 0 : of.count(frame)));
  const severity = useLive(({ frame }) => (frame === null ? "info" : of.severity(frame)));
  if (count === 0) return null;
  const spoken = t(of.text, { count, n: format.integer(count), severity: t(`common.severity.${severity}`) });
  // What is seen is a bare number; what is heard says what of, and is heard once.
  return (
    <>
      <span className="sr-only">{`, ${spoken}`}</span>
      <b
        title={spoken}
        aria-hidden
        className={cx(
          "num grid place-items-center rounded-full font-[560]",
          severitySoft(severity),
          collapsed ? "absolute -top-0.5 right-0 h-[15px] min-w-[15px] px-[3px] text-[10px]" : "ml-auto h-[18px] min-w-[18px] px-[5px] text-[11px]",
        )}
      >
        {count > 999 ? format.compact(count) : format.integer(count)}
      </b>
    </>
  );
}
