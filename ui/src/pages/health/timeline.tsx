// A source's connection as a strip: a stretch per state in colour, icon and words. Pointing at one, or walking it with the arrow keys, tells when, how
// long and why.

import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SourceHealth } from "@/bindings/SourceHealth";
import { useClock, useFormat } from "@/format";
import { cx, LinkIcon, linkTone, type Tone, toneFill, toneInk } from "@/parts";
import { joined, useLinkText, useWord } from "@/text";
import { connectedShare, type Segment, segments, span } from "./strip";

/** The strip's reach, by name. */
const RANGES = { hour: 3_600_000, day: 86_400_000 } as const;
export type Range = keyof typeof RANGES;
/** How often it moves on, ms. */
const STEPS: Record<Range, number> = { hour: 5_000, day: 60_000 };

/** Soft ground with a line of the full colour under it, for what is wide enough to be read; narrow trouble is solid, so that it is not overlooked. */
const GROUND: Record<Tone, string> = { good: "bg-good-soft border-good text-good", info: "bg-info-soft border-info text-info", warn: "bg-warn-soft border-warn text-warn", crit: "bg-crit-soft border-crit text-crit", dim: "bg-raised border-line-strong text-ink-3" };
/** From these widths on there is room for the icon, and for the word as well, px. */
const ICON_FROM = 22;
const WORD_FROM = 96;

export function Timeline({ source, range }: { source: SourceHealth; range: Range }) {
  const { t } = useTranslation();
  const format = useFormat();
  // A step of the strip is less than a pixel and a half of it; the stretch that lasts reaches a little beyond now, so that a new one is seen at once.
  const now = useClock((at) => Math.ceil(at / STEPS[range]) * STEPS[range]);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  const [pointed, setPointed] = useState<number | null>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const say = useSaid(now);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => element.clientWidth > 0 && setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const { timeline } = source;
  const all = useMemo(() => segments(timeline, span(timeline, now, RANGES[range])), [timeline, now, range]);
  const window = span(timeline, now, RANGES[range]);
  const share = connectedShare(all);
  const said = share === null ? "—" : format.percent(Math.floor(share * 1_000) / 1_000);
  // Stretches are known by when they began: they grow and move while one looks at them.
  const at = pointed ?? focused;
  const shown = at === null ? undefined : all.find((each) => each.from === at);

  const onKeyDown = (event: KeyboardEvent) => {
    const index = all.findIndex((each) => each.from === focused);
    const next = { ArrowLeft: Math.max(0, index - 1), ArrowRight: Math.min(all.length - 1, index + 1), Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setFocused(all[next]?.from ?? null);
  };
  const active = all.findIndex((each) => each.from === focused);
  return (
    <div className="mt-2.5">
      <div
        ref={box}
        role="listbox"
        aria-label={t("health.strip", { age: format.age(window.to - window.from), share: said })}
        aria-orientation="horizontal"
        aria-activedescendant={active === -1 ? undefined : `${id}-${active}`}
        tabIndex={0}
        onFocus={() => setFocused(all.at(-1)?.from ?? null)}
        onBlur={() => setFocused(null)}
        onKeyDown={onKeyDown}
        onPointerLeave={() => setPointed(null)}
        className="relative h-[22px] w-full overflow-hidden rounded-[4px] bg-raised"
      >
        {all.map((each, i) => (
          <Piece key={each.from} id={`${id}-${i}`} segment={each} px={each.width * width} said={say(each)} on={each.from === at} onPoint={() => setPointed(each.from)} />
        ))}
      </div>
      <div className="num mt-1 flex h-[18px] items-center gap-4 text-[12px] text-ink-3">
        {shown === undefined ? (
          <>
            <span>{range === "day" ? format.dateTime(window.from, now) : format.minute(window.from)}</span>
            <span className="mx-auto">{t("health.uptime", { share: said })}</span>
            <span>{t("health.stripNow")}</span>
          </>
        ) : (
          <span className={cx("min-w-0 truncate", shown.state.kind === "live" ? "text-good" : toneInk(linkTone(shown.state)))}>
            {say(shown).head} <span className="text-ink-2">{say(shown).rest}</span>
          </span>
        )}
      </div>
    </div>
  );
}

function Piece({ id, segment, px, said, on, onPoint }: { id: string; segment: Segment; px: number; said: { head: string; rest: string }; on: boolean; onPoint: () => void }) {
  const tone = linkTone(segment.state);
  const wide = px >= ICON_FROM;
  return (
    <div
      id={id}
      role="option"
      aria-selected={on}
      aria-label={`${said.head} ${said.rest}`}
      onPointerEnter={onPoint}
      className={cx("absolute inset-y-0 flex items-center justify-center gap-1 overflow-hidden", wide ? cx(GROUND[tone], "border-b-[3px]") : toneFill(tone), wide && tone !== "good" && tone !== "dim" && "strip-hatch", on && "outline-2 -outline-offset-2 outline-ink")}
      style={{ left: `${segment.x * 100}%`, width: `max(3px, calc(${segment.width * 100}% - 1px))` }}
    >
      {wide && <LinkIcon kind={segment.state.kind} className="size-3" />}
      {px >= WORD_FROM && <Word segment={segment} />}
    </div>
  );
}

function Word({ segment }: { segment: Segment }) {
  const word = useWord();
  return (
    <span aria-hidden className="truncate text-[11px] font-[520]">
      {word("linkShort", segment.state.kind)}
    </span>
  );
}

/** State and times; then why. */
function useSaid(now: number): (segment: Segment) => { head: string; rest: string } {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const linkText = useLinkText();
  return (segment) => {
    const current = segment.to >= now - 1_500;
    const head = current ? linkText(segment.state, now) : word("linkShort", segment.state.kind);
    const times = current
      ? t("health.stretchSince", { from: format.time(segment.from), length: format.duration(segment.to - segment.from) })
      : t("health.stretch", { from: format.time(segment.from), to: format.time(segment.to), length: format.duration(segment.to - segment.from) });
    const why = [segment.cause === null ? null : word("cause", segment.cause), segment.detail === "" ? null : segment.detail, segment.tries > 1 ? t("health.tries", { n: format.integer(segment.tries) }) : null];
    return { head, rest: joined([times, ...why]) };
  };
}
