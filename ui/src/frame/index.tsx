// The frame around the pages: rail, top bar, hints, the page, the drawer; the keys that work everywhere; the title of the window.

import { Component, type ReactNode, Suspense, useDeferredValue, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { useKeys } from "@/keys";
import { useTaken } from "@/live";
import { Button, EmptyState, Skeleton } from "@/parts";
import { pageOf, prefetchPages } from "@/pages/load";
import { go, useRoute } from "@/route";
import { PAGES } from "@/route/pages";
import { Banner } from "./banner";
import { Drawer } from "./drawer";
import { Help } from "./help";
import { Hints } from "./hints";
import { Notices } from "./notices";
import { Palette } from "./palette";
import { Rail } from "./rail";
import { TopBar } from "./topbar";

const NARROW = "(max-width: 1000px)";
const KEPT = "watchdeck-rail";

export function Frame() {
  const { t } = useTranslation();
  const { page } = useRoute();
  const narrow = useMedia(NARROW);
  const [collapsed, setCollapsed] = useState(() => localStorage.getItem(KEPT) === "collapsed");
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  // A page that has to be fetched first leaves the old one on screen until it is there.
  const shown = useDeferredValue(page);
  const Page = useMemo(() => pageOf(shown), [shown]);

  const toggleRail = () => {
    localStorage.setItem(KEPT, collapsed ? "open" : "collapsed");
    setCollapsed(!collapsed);
  };
  usePrefetch();
  useFocusOfPage(shown);
  useKeys({
    ...Object.fromEntries(PAGES.map(({ name, key }) => [`g ${key}`, () => go(name)])),
    "Ctrl+k": () => setPalette((open) => !open),
    "?": () => setHelp(true),
    "[": toggleRail,
    "/": () => go("events", { focus: "filter" }),
  });

  return (
    <div className="flex h-full">
      <Title />
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-panel focus:px-3 focus:py-1" onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}>
        {t("frame.skip")}
      </a>
      <Rail collapsed={collapsed || narrow} forced={narrow} onToggle={toggleRail} />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar onPalette={() => setPalette(true)} />
        <Notices page={page} />
        <Hints />
        <main id="main" tabIndex={-1} aria-label={t(`frame.page.${page}`)} className="relative flex min-h-0 flex-1 flex-col overflow-hidden outline-none">
          <h1 className="sr-only">{t(`frame.page.${page}`)}</h1>
          <Suspense fallback={<Skeleton rows={16} />}>
            <Guard key={shown} fallback={(retry) => <Broken onRetry={retry} />}>
              {/* Made once per page, not per render: `pageOf` answers what stands in a table. */}
              {/* eslint-disable-next-line react-hooks/static-components */}
              <Page />
            </Guard>
          </Suspense>
          <Drawer />
        </main>
      </div>
      <Palette open={palette} onClose={() => setPalette(false)} />
      <Help open={help} onClose={() => setHelp(false)} />
      <Banner />
    </div>
  );
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => window.matchMedia(query).matches,
    () => false,
  );
}

/** `(3) Alerts · Watchdeck`: what waits, readable in the task bar, also of a window that is hidden. */
function Title() {
  const { t } = useTranslation();
  const format = useFormat();
  const { page } = useRoute();
  const waiting = useTaken(({ frame }) => (frame === null ? 0 : PAGES.reduce((sum, page) => sum + (page.waiting?.count(frame) ?? 0), 0)));
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${format.integer(waiting)}) ` : ""}${t(`frame.page.${page}`)} · ${t("common.product")}`;
  }, [t, format, page, waiting]);
  return null;
}

/** After a change of page the keys are the page's: on the link that led there, Space would press the link. What the page itself has given the focus keeps it. */
function useFocusOfPage(page: string): void {
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    // After a palette that closes has given the focus back to where it came from.
    const timer = setTimeout(() => {
      const main = document.getElementById("main");
      const at = document.activeElement;
      if (main !== null && !main.contains(at) && at?.closest("[role=dialog], [role=alertdialog]") == null) main.focus({ preventScroll: true });
    }, 0);
    return () => clearTimeout(timer);
  }, [page]);
}

/** Fetch the other pages once the first one works. */
function usePrefetch(): void {
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => void prefetchPages(stop.signal), 1_500);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, []);
}

function Broken({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return <EmptyState title={t("frame.pageError.title")} text={t("frame.pageError.text")} action={<Button onClick={onRetry}>{t("frame.pageError.reload")}</Button>} />;
}

/** A page that throws takes only itself down. */
class Guard extends Component<{ children: ReactNode; fallback: (retry: () => void) => ReactNode }, { broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }
  override render(): ReactNode {
    return this.state.broken ? this.props.fallback(() => this.setState({ broken: false })) : this.props.children;
  }
}
