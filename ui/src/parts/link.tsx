// What a link is doing: icon, words and colour, the same everywhere; and how far it is with what it missed.

import { Ban, CloudDownload, EarOff, Hourglass, KeyRound, LoaderCircle, type LucideIcon, MoonStar, Pause, Radio, RadioTower, RefreshCw, Unplug } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { LinkState } from "@/bindings/LinkState";
import { useClock, useFormat } from "@/format";
import { type Progress, progress, useLive } from "@/live";
import { joined, useLinkText } from "@/text";
import { cx } from "./cx";
import { linkTone, toneInk } from "./marks";

const ICONS: Record<LinkState["kind"], LucideIcon> = {
  live: Radio,
  partly: RadioTower,
  catching_up: CloudDownload,
  connecting: LoaderCircle,
  unconfirmed: LoaderCircle,
  polling: RefreshCw,
  stale: MoonStar,
  silent: Hourglass,
  upstream_down: EarOff,
  offline: Unplug,
  needs_login: KeyRound,
  refused: Ban,
  paused: Pause,
};

export function LinkIcon({ kind, className }: { kind: LinkState["kind"]; className?: string }) {
  const Icon = ICONS[kind];
  return <Icon aria-hidden className={cx("flex-none", className)} />;
}

export function LinkMark({ state, className }: { state: LinkState; className?: string }) {
  const text = useLinkText();
  const said = useClock((now) => text(state, now));
  return (
    <span className={cx("num inline-flex items-center gap-1.5 whitespace-nowrap", state.kind === "live" ? "text-good" : toneInk(linkTone(state)), className)}>
      <LinkIcon kind={state.kind} className="size-3.5" />
      {said}
    </span>
  );
}

/** Of one source, or of all that catch up; null while none does. */
export function useProgress(source?: string): Progress | null {
  const all = useLive((live) => live.catchUps);
  if (source === undefined) return progress(Object.values(all));
  const one = all[source];
  return one === undefined ? null : progress([one]);
}

/** `2,100 / s · about 40 s left`, as far as known. */
export function useProgressText(): (progress: Progress) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return ({ rate, left }) =>
    joined([rate === null ? null : t("parts.progress.rate", { n: format.integer(Math.round(rate)) }), left === null || left < 1_000 ? null : t("parts.progress.left", { age: format.age(left) })]);
}

export function ProgressBar({ value, label, className }: { value: Progress; label: string; className?: string }) {
  const percent = Math.floor(Math.min(1, value.share) * 100);
  return (
    <span role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} className={cx("gauge block overflow-hidden rounded-full bg-raised", className)}>
      <i aria-hidden className="tint block h-full rounded-full bg-info" style={{ width: `${value.share * 100}%` }} />
    </span>
  );
}
