// One source in the list: its colour and name, its honest state in words, where it goes and how it speaks, and what can be done about it.

import { KeyRound, Pause, Pencil, Play, RotateCw, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { DialectName } from "@/bindings/DialectName";
import type { LinkState } from "@/bindings/LinkState";
import type { Source } from "@/bindings/Source";
import { isKnown, isSpoken } from "@/dialects";
import { useLive, useSources } from "@/live";
import { Button, cx, IconButton, linkTone, SourceMark, StateDot, Ticking, toneInk } from "@/parts";
import { joined, useLinkReason, useLinkText, useWord } from "@/text";

const CONNECTING: LinkState = { kind: "connecting", attempt: 0 };
const PAUSED: LinkState = { kind: "paused" };

export function SourceLine({
  source,
  busy,
  onSignIn,
  onReconnect,
  onPause,
  onEdit,
  onRemove,
  onSame,
}: {
  source: Source;
  busy: boolean;
  onSignIn: () => void;
  onReconnect: () => void;
  onPause: (paused: boolean) => void;
  onEdit: () => void;
  onRemove: () => void;
  /** The user says that this source and another are one ERP. */
  onSame: (other: string) => void;
}) {
  const { t } = useTranslation();
  const linkText = useLinkText();
  const dialect = useDialect();
  const why = useWhy();
  const sources = useSources();
  const status = useLive((live) => live.frame?.sources.find((each) => each.id === source.id));
  const state = source.paused ? PAUSED : (status?.state ?? CONNECTING);
  const reason = why(state);
  const tone = linkTone(state);
  const named = (action: string) => `${action} · ${source.name}`;
  return (
    <li aria-label={source.name} className="flex min-h-[54px] items-center gap-3 border-b border-line px-3 py-2 last:border-b-0">
      <SourceMark colour={source.colour} className={cx("mx-0.5 mt-[5px] self-start", source.paused && "opacity-50")} />
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-center gap-2.5">
          <span className={cx("truncate font-[540]", source.paused && "text-ink-2")}>{source.name}</span>
          <span className="flex min-w-0 items-center gap-2">
            <StateDot tone={tone} />
            <span className={cx("num truncate", toneInk(tone))}><Ticking text={(now) => linkText(state, now)} /></span>
          </span>
        </div>
        <div className="flex min-w-0 items-baseline text-[12px] text-ink-3">
          {source.demo ? (
            <span>{t("sources.simulated")}</span>
          ) : (
            <>
              <code title={source.url} className="min-w-0 truncate font-mono text-[11px]">
                {source.url}
              </code>
              <span className="flex-none whitespace-pre"> · {dialect(source.dialect, status?.dialect ?? "")}</span>
              <span title={source.channels.join(", ")} className="flex-none whitespace-pre">
                {" · "}
                {source.channels.length === 0 ? t("sources.channelsAll") : t("sources.channels", { count: source.channels.length })}
              </span>
            </>
          )}
        </div>
        {reason !== null && <p className="text-[12px] break-words text-ink-2">{reason}</p>}
        {source.same_as !== "" && <p className="text-[12px] text-ink-2">{t("sources.same.said", { name: sources.of(source.same_as)?.name ?? source.same_as })}</p>}
        {(status?.resembles ?? []).map((other) => (
          <p key={other} className="mt-1 flex flex-wrap items-center gap-2 text-[12px] text-warn">
            {t("sources.same.offer", { name: sources.of(other)?.name ?? other })}
            <Button disabled={busy} onClick={() => onSame(other)}>
              {t("sources.same.accept")}
            </Button>
          </p>
        ))}
      </div>
      <div className="flex flex-none items-center">
        {state.kind === "needs_login" && (
          <Button look="primary" className="mr-1.5" icon={<KeyRound aria-hidden />} aria-label={named(t("sources.signIn"))} onClick={onSignIn}>
            {t("sources.signIn")}
          </Button>
        )}
        <IconButton label={named(t("sources.reconnect"))} disabled={busy || source.paused} onClick={onReconnect}>
          <RotateCw aria-hidden />
        </IconButton>
        <IconButton label={named(source.paused ? t("sources.resume") : t("sources.pause"))} disabled={busy} onClick={() => onPause(!source.paused)}>
          {source.paused ? <Play aria-hidden /> : <Pause aria-hidden />}
        </IconButton>
        {source.demo ? (
          <span className="size-7" />
        ) : (
          <IconButton label={named(t("sources.edit"))} onClick={onEdit}>
            <Pencil aria-hidden />
          </IconButton>
        )}
        <IconButton label={named(t("sources.remove"))} disabled={busy} onClick={onRemove}>
          <Trash2 aria-hidden />
        </IconButton>
      </div>
    </li>
  );
}

/** The kind of server as chosen, or as found out. */
function useDialect(): (chosen: DialectName, spoken: string) => string {
  const { t } = useTranslation();
  return (chosen, spoken) => {
    if (!isKnown(chosen)) return t("sources.kindNewer", { name: chosen });
    if (chosen !== "auto") return t(`sources.dialect.${chosen}.title`);
    return isSpoken(spoken) ? t("sources.detected", { dialect: t(`sources.dialect.${spoken}.title`) }) : t("sources.kindUnknown");
  };
}

/** Why it is not live, in the server's or the system's own words. */
function useWhy(): (state: LinkState) => string | null {
  const { t } = useTranslation();
  const word = useWord();
  const reason = useLinkReason();
  return (state) => {
    switch (state.kind) {
      case "upstream_down":
      case "needs_login":
      case "refused":
        return state.detail === "" ? t("sources.saysNothing") : t("sources.says", { words: state.detail });
      case "offline":
      case "polling":
        return joined([word("cause", state.cause), state.detail]);
      case "paused":
      case "connecting":
      case "unconfirmed":
      case "catching_up":
      case "live":
      case "partly":
      case "silent":
        return null;
      case "stale":
        return reason(state);
    }
  };
}
