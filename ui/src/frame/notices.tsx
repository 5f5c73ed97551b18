// One strip under the top bar for what the window tells: the core's notices, where the host cannot show them outside of it, and what became of something a
// person did. What is told, and when, is the core's to say: this only draws it and carries the buttons back. It takes a line of its own, so that it floats
// above nothing, and a press that was meant for what stood there the moment before is not taken; there is one line however many they are; what the page on
// screen shows anyhow is not told again.

import { ChevronRight, X } from "lucide-react";
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useActions } from "@/act";
import { useOpenErp } from "@/act/open-erp";
import type { NoticeView } from "@/bindings/NoticeView";
import type { Severity } from "@/bindings/Severity";
import { useClock, useFormat } from "@/format";
import { useHost, useLive } from "@/live";
import { Button, cx, IconButton, Line, SeverityMark } from "@/parts";
import { closeNotice, type Notice, passNotices, removeNotice, showNotice, useNotices, visible } from "@/parts/notice";
import { go } from "@/route";
import type { PageName } from "@/route/pages";
import { openEvent } from "@/route/selection";
import { DOT, joined } from "@/text";

const NONE: readonly NoticeView[] = [];

/** What the window says of itself, a test of the sound for example, is on no page. */
const OWN = "watchdeck:";

/** The page that shows what a notice is about. Pure. */
export function pageOf({ id, request }: Pick<NoticeView, "id" | "request">): PageName | null {
  if (id.startsWith(OWN)) return null;
  return request === null ? "alerts" : "approvals";
}

export function Notices({ page }: { page: PageName }) {
  useToldByCore();
  return <Strip page={page} />;
}

/** Keeps what is told here the same as what the core tells. */
function useToldByCore(): void {
  const notices = useLive((live) => live.frame?.notices ?? NONE);
  const host = useHost();
  const { approve, reject } = useActions();
  const openErp = useOpenErp();
  useBegunOutside();
  const drawn = useRef(new Map<string, string>());

  const answer = (notice: NoticeView, action: string) => {
    const { request } = notice;
    if (request !== null && action === "approve") return approve([request]);
    // A rejection needs its reason, which a notification has no room to ask for.
    if (request !== null && action === "reject") return reject([request]);
    if (request !== null && action === "open_erp") return void openErp(request);
    if (action === "open") {
      if (notice.seq === null) go("alerts");
      else openEvent(notice.seq);
    }
    host.call("notice_answered", { id: notice.id, action }).catch(() => undefined);
  };

  const card = (notice: NoticeView): Notice => ({
    id: notice.id,
    severity: notice.severity,
    title: notice.title,
    body: notice.body,
    about: pageOf(notice),
    actions: notice.actions.map(({ id, label }) => ({ label, run: () => answer(notice, id) })),
  });

  const look = useEffectEvent((told: readonly NoticeView[]) => {
    for (const id of [...drawn.current.keys()].filter((id) => !told.some((notice) => notice.id === id))) {
      drawn.current.delete(id);
      removeNotice(id);
    }
    for (const notice of told) {
      const text = JSON.stringify(notice);
      if (drawn.current.get(notice.id) === text) continue;
      drawn.current.set(notice.id, text);
      showNotice(card(notice), () => {
        // Put away by a person or by time: the core forgets it too, and says it anew only when there is something new to say.
        if (drawn.current.get(notice.id) === text) host.call("notice_answered", { id: notice.id, action: "closed" }).catch(() => undefined);
      });
    }
  });
  useEffect(() => look(notices), [notices]);

  useEffect(() => {
    const mine = drawn.current;
    return () => {
      for (const id of mine.keys()) removeNotice(id);
      mine.clear();
    };
  }, []);
}

/** A rejection that was begun on a notification outside of the window: its reason is asked for here, once. */
function useBegunOutside(): void {
  const begun = useLive((live) => live.frame?.to_reject ?? null);
  const host = useHost();
  const { reject } = useActions();
  const ask = useEffectEvent(() => {
    if (begun === null) return;
    reject([begun]);
    host.call("notice_answered", { id: begun.key, action: "asked" }).catch(() => undefined);
  });
  const key = begun?.key ?? null;
  useEffect(() => ask(), [key]);
}

const SOFTS: Record<Severity, string> = { critical: "bg-crit-soft", warning: "bg-warn-soft", success: "bg-good-soft", info: "bg-info-soft" };

function Strip({ page }: { page: PageName }) {
  const { t } = useTranslation();
  const format = useFormat();
  const told = useNotices();
  const [held, setHeld] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  usePassing(told.length > 0 && !held);
  const shown = visible(told, page);
  const found = shown.findIndex(({ notice }) => notice.id === chosen);
  const at = found === -1 ? 0 : found;
  const notice = shown[at]?.notice;
  // The line goes from under the pointer without a word of it.
  const gone = notice === undefined;
  useShield(gone);
  if (gone && held) setHeld(false);
  return (
    <section aria-label={t("frame.notice.area")} aria-live="polite" className="flex-none">
      {notice !== undefined && (
        <div
          role={notice.severity === "critical" ? "alert" : undefined}
          className={cx("flex h-[34px] items-center gap-2.5 border-b border-line px-4", SOFTS[notice.severity])}
          onPointerEnter={() => setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onFocus={() => setHeld(true)}
          onBlur={() => setHeld(false)}
        >
          <SeverityMark severity={notice.severity} word={false} />
          <Line
            title={joined([notice.title, notice.body])}
            parts={[
              <span key="title" className="font-[540]">
                {notice.title}
              </span>,
              ...notice.body.split(DOT),
            ]}
          />
          <span className="ml-auto flex flex-none items-center gap-1.5">
            {notice.until !== undefined && <Left until={notice.until} />}
            {notice.actions.map((action, i) => (
              <Button key={action.label} look={i === 0 ? "primary" : "plain"} kbd={action.kbd} className="h-6" onClick={action.run}>
                {action.label}
              </Button>
            ))}
            {shown.length > 1 && (
              <Button look="ghost" className="num h-6" aria-label={t("frame.notice.next", { n: format.integer(shown.length) })} onClick={() => setChosen(shown[(at + 1) % shown.length]?.notice.id ?? null)}>
                {t("frame.notice.at", { at: format.integer(at + 1), n: format.integer(shown.length) })}
                <ChevronRight aria-hidden />
              </Button>
            )}
            <IconButton label={t("common.close")} className="size-6" onClick={() => closeNotice(notice.id)}>
              <X aria-hidden />
            </IconButton>
          </span>
        </div>
      )}
    </section>
  );
}

/** How long after the page moved a press is meant for what was there before, ms: about what it takes to see it and hold back. */
const AIMED = 400;
/** A pointer that went further than this since then was aimed anew, px. */
const STILL = 3;

/** Takes no press of a pointer that stood still on the page while the strip came or went: it would hit the neighbour of what it was aimed at. */
function useShield(gone: boolean): void {
  const before = useRef(gone);
  const pointer = useRef<{ x: number; y: number } | null>(null);
  useEffect(() => {
    // What stands in the very corner is a script's pointer, which has no place.
    const note = ({ clientX: x, clientY: y }: PointerEvent) => {
      pointer.current = x === 0 && y === 0 ? null : { x, y };
    };
    document.addEventListener("pointermove", note, { passive: true });
    return () => document.removeEventListener("pointermove", note);
  }, []);
  useLayoutEffect(() => {
    const from = pointer.current;
    if (before.current === gone) return;
    before.current = gone;
    if (from === null) return;
    const stop = new AbortController();
    const refuse = (event: MouseEvent) => {
      const still = event.detail > 0 && Math.hypot(event.clientX - from.x, event.clientY - from.y) <= STILL;
      if (!still || !(event.target instanceof Element) || event.target.closest("main") === null) return;
      event.preventDefault();
      event.stopPropagation();
    };
    // What a press does here is done by the press itself (a row is chosen) or by the click that it becomes.
    for (const name of ["mousedown", "click"] as const) document.addEventListener(name, refuse, { capture: true, signal: stop.signal });
    const timer = setTimeout(() => stop.abort(), AIMED);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [gone]);
}

/** Seconds left to act; read out by nobody, for it would never end. */
function Left({ until }: { until: number }) {
  const format = useFormat();
  const left = useClock((now) => format.duration(Math.max(0, Math.ceil((until - now) / 1_000)) * 1_000));
  return (
    <span aria-hidden className="num text-ink-2">
      {left}
    </span>
  );
}

/** Time passes for what is told while nobody holds it and the window is seen, by the shared clock. */
function usePassing(passes: boolean): void {
  const now = useClock((at) => (passes ? at : null));
  const before = useRef<number | null>(null);
  useEffect(() => {
    // The hours in which a window was hidden are one look of the clock.
    if (now !== null && before.current !== null) passNotices(Math.min(1_500, now - before.current));
    before.current = now;
  }, [now]);
}
