// The first line of the page: all well, or what stands in the way, worst first; and the archive for whoever helps.

import { CircleCheck, CloudDownload, Info, LoaderCircle, OctagonAlert, Pause, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { HealthView } from "@/bindings/HealthView";
import { useClock, useFormat } from "@/format";
import { useLive } from "@/live";
import { cx, Line, LinkIcon, ProgressBar, SourceMark, Ticking, type Tone, toneInk, useProgress, useProgressText } from "@/parts";
import { go } from "@/route";
import { joined, useLinkText } from "@/text";
import { type Finding, verdict } from "./verdict";

const ICONS: Record<Tone, ReactNode> = {
  good: <CircleCheck aria-hidden className="size-5 flex-none text-good" strokeWidth={1.8} />,
  info: <Info aria-hidden className="size-5 flex-none text-info" strokeWidth={1.8} />,
  warn: <TriangleAlert aria-hidden className="size-5 flex-none text-warn" strokeWidth={1.8} />,
  crit: <OctagonAlert aria-hidden className="size-5 flex-none text-crit" strokeWidth={1.8} />,
  dim: <Pause aria-hidden className="size-5 flex-none text-ink-3" strokeWidth={1.8} />,
};
const GROUNDS: Record<Tone, string> = { good: "", info: "", warn: "bg-warn-soft", crit: "bg-crit-soft", dim: "" };

/** Where a finding leads. */
export type Explained = "gaps" | "malformed" | "aside" | "letters";

export function Summary({ view, onShow, right }: { view: HealthView; onShow: (where: Explained) => void; right: ReactNode }) {
  const { t } = useTranslation();
  const { tone, findings, live, paused } = verdict(view);
  const format = useFormat();
  const progress = useProgress();
  const newest = useLive((state) => (state.frame?.sources ?? []).reduce((most, source) => Math.max(most, source.last_event_at ?? 0), 0));
  const last = useClock((now) => (newest === 0 ? t("frame.sources.lastNone") : now - newest < 2_000 ? t("frame.sources.lastNow") : t("frame.sources.last", { age: format.age(now - newest) })));
  const calm = [
    live > 0 ? t("health.verdict.live", { count: live, n: format.integer(live) }) : null,
    paused > 0 ? t("health.verdict.paused", { count: paused, n: format.integer(paused) }) : null,
    last,
    view.gaps.every((gap) => gap.filled !== null) ? t("health.verdict.noGap") : null,
  ];
  return (
    <section aria-label={t("health.verdict.title")} className={cx("relative flex min-h-[46px] flex-none items-center gap-3 border-b border-line px-4 py-1.5", GROUNDS[tone])}>
      {ICONS[tone]}
      <h2 className={cx("flex-none text-[15px] font-[580]", tone === "good" ? "text-ink" : toneInk(tone))}>
        <span role="status">{t(`health.verdict.${tone}`)}</span>
      </h2>
      {findings.length === 0 ? (
        <Line parts={calm} className="text-ink-2" />
      ) : (
        <ul className="flex min-w-0 flex-wrap items-center gap-x-1 gap-y-0.5">
          {findings.map((finding) => (
            <li key={keyOf(finding)} className="min-w-0">
              <Found finding={finding} onShow={onShow} />
            </li>
          ))}
        </ul>
      )}
      <div className="ml-auto flex-none">{right}</div>
      {progress !== null && <ProgressBar value={progress} label={t("parts.progress.all")} className="absolute inset-x-0 -bottom-px h-[3px] rounded-none" />}
    </section>
  );
}

function keyOf(finding: Finding): string {
  return finding.kind === "link" ? `${finding.kind} ${finding.source.id}` : finding.kind;
}

/** One reason; a click leads to where it is explained. */
function Found({ finding, onShow }: { finding: Finding; onShow: (where: Explained) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const linkText = useLinkText();
  const progress = useProgress();
  const pace = useProgressText();
  const toSource = (id: string) => {
    const card = document.getElementById(`source-${id}`);
    card?.scrollIntoView({ block: "nearest" });
    card?.focus({ preventScroll: true });
  };
  const chip = (icon: ReactNode, words: ReactNode, open: () => void) => (
    <button type="button" onClick={open} className={cx("num inline-flex h-6 max-w-full items-center gap-1.5 rounded px-1.5 hover:bg-raised", toneInk(finding.tone))}>
      {icon}
      <span className="truncate">{words}</span>
    </button>
  );
  switch (finding.kind) {
    case "store":
      return (
        <span className="text-crit">
          {t("health.storeError", { error: finding.error })} <span className="text-ink-2">{t("health.storeSafe")}</span>
        </span>
      );
    case "link":
      return chip(
        <>
          <SourceMark colour={finding.source.colour} />
          <LinkIcon kind={finding.source.state.kind} className="size-3.5" />
        </>,
        <Ticking text={(now) => `${finding.source.name}: ${linkText(finding.source.state, now)}`} />,
        () => toSource(finding.source.id),
      );
    case "catching_up": {
      const first = finding.sources[0];
      if (progress === null || first === undefined) return null;
      const counts = t("health.progress", { done: format.integer(progress.done), total: format.integer(progress.total) });
      const who = finding.sources.length === 1 ? first.name : t("health.verdict.sources", { count: finding.sources.length, n: format.integer(finding.sources.length) });
      return chip(<CloudDownload aria-hidden className="size-3.5 flex-none" />, joined([t("health.verdict.catchingUp", { who, counts }), pace(progress)]), () => toSource(first.id));
    }
    case "gaps":
      return chip(<TriangleAlert aria-hidden className="size-3.5 flex-none" />, t("health.verdict.gaps", { count: finding.n, n: format.integer(finding.n) }), () => onShow("gaps"));
    case "aside":
      return chip(<TriangleAlert aria-hidden className="size-3.5 flex-none" />, t("health.verdict.aside", { count: finding.n, n: format.integer(finding.n) }), () => onShow("aside"));
    case "letters":
      return chip(<TriangleAlert aria-hidden className="size-3.5 flex-none" />, t("health.verdict.letters", { count: finding.n, n: format.integer(finding.n) }), () => onShow("letters"));
    case "malformed":
      return chip(<TriangleAlert aria-hidden className="size-3.5 flex-none" />, t("health.verdict.malformed", { count: finding.n, n: format.integer(finding.n) }), () => onShow("malformed"));
    case "decisions":
      return chip(<TriangleAlert aria-hidden className="size-3.5 flex-none" />, t("health.verdict.decisions", { count: finding.n, n: format.integer(finding.n) }), () => go("approvals"));
    case "lag":
      return (
        <span className="num inline-flex h-6 items-center gap-1.5 px-1.5 text-warn">
          <LoaderCircle aria-hidden className="size-3.5" />
          {t("health.verdict.lag", { n: format.integer(finding.n) })}
        </span>
      );
  }
}
