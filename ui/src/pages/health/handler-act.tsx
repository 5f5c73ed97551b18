// What can be done with a handler: at once from its menu, or after it was said from where, how fast, and what becomes of it.

import { CirclePause, CirclePlay, CircleStop, FastForward, MapPin, RefreshCw, Square } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { HandlerAct } from "@/bindings/HandlerAct";
import type { HandlerPlace } from "@/bindings/HandlerPlace";
import type { HandlerView } from "@/bindings/HandlerView";
import { useFormat } from "@/format";
import { useHost } from "@/live";
import { Button, Dialog } from "@/parts";
import { Choices } from "@/parts/choices";
import { toast } from "@/parts/notice";
import type { MenuItem } from "@/parts/overlay";
import { errorText } from "@/text";
import { useHandlerName } from "./handler-name";

/** What is asked back first. */
export interface Asked {
  readonly act: "move" | "replay" | "rebuild";
  readonly handler: HandlerView;
}

/** Do it, and say what came of it. */
function useSteer(): (handler: HandlerView, act: HandlerAct) => Promise<void> {
  const { t } = useTranslation();
  const host = useHost();
  const { name } = useHandlerName();
  return async (handler, act) => {
    try {
      await host.call("steer_handler", { name: handler.name, act });
      toast(t("handlers.acted", { name: name(handler) }));
    } catch (thrown) {
      toast.error(t("handlers.actFailed", { name: name(handler), error: errorText(thrown) }));
    }
  };
}

/** The items of a handler's menu: what it can do as it is now. */
export function useActs(handler: HandlerView, onAsk: (asked: Asked) => void): { items: readonly MenuItem[] } {
  const { t } = useTranslation();
  const steer = useSteer();
  const can = (what: HandlerView["can"][number]) => handler.can.includes(what);
  const rests = handler.state === "paused" || handler.state === "stopped";
  const sent = handler.errand !== null && !handler.errand.ended;
  const items: MenuItem[] = [];
  const add = (act: "pause" | "resume" | "stop" | "rest" | "go_on" | "call_back", icon: MenuItem["icon"]) => items.push({ id: act, label: t(`handlers.act.${act}`), icon, onSelect: () => void steer(handler, { act }) });
  const ask = (act: Asked["act"], icon: MenuItem["icon"], disabled: boolean) => items.push({ id: act, label: t(`handlers.act.${act}`), icon, disabled, onSelect: () => onAsk({ act, handler }) });
  if (sent) {
    if (handler.errand?.kind !== "rebuild") {
      if (handler.errand?.paused === true) add("go_on", <CirclePlay aria-hidden />);
      else add("rest", <CirclePause aria-hidden />);
    }
    add("call_back", <Square aria-hidden />);
  }
  if (can("pause")) {
    if (rests) add("resume", <CirclePlay aria-hidden />);
    else add("pause", <CirclePause aria-hidden />);
    if (handler.state !== "stopped") add("stop", <CircleStop aria-hidden />);
  }
  if (can("move")) ask("move", <MapPin aria-hidden />, handler.state === "stopped");
  if (can("replay")) ask("replay", <FastForward aria-hidden />, sent);
  if (can("rebuild")) ask("rebuild", <RefreshCw aria-hidden />, sent);
  return { items };
}

const PACES = [0, 1, 10, 100] as const;
type PlaceName = HandlerPlace["place"];

/** As one types it, by the clock on the wall: `2026-11-21 14:32`. */
function localTime(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16).replace("T", " ");
}

export function ActDialog({ asked: { act, handler }, onClose }: { asked: Asked; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { name } = useHandlerName();
  const steer = useSteer();
  const [place, setPlace] = useState<PlaceName>(act === "replay" ? "time" : "now");
  const [time, setTime] = useState(() => localTime(Date.now() - 3_600_000));
  const [seq, setSeq] = useState("1");
  const [pace, setPace] = useState<(typeof PACES)[number]>(0);
  const [wrong, setWrong] = useState(false);
  const called = name(handler);
  const places: readonly PlaceName[] = act === "replay" ? ["start", "time", "seq"] : ["start", "time", "seq", "now"];

  const chosen = (): HandlerPlace | null => {
    switch (place) {
      case "start":
      case "now":
        return { place };
      case "time": {
        const at = new Date(time.normalize("NFKC").trim().replace(/\s+/, "T")).getTime();
        return Number.isFinite(at) ? { place, at } : null;
      }
      case "seq":
        return /^\d{1,15}$/.test(seq.trim()) ? { place, seq: Number(seq.trim()) } : null;
    }
  };
  const confirm = () => {
    const to = chosen();
    if (act !== "rebuild" && to === null) return setWrong(true);
    onClose();
    if (act === "rebuild" || to === null) void steer(handler, { act: "rebuild" });
    else void steer(handler, act === "move" ? { act, to } : { act, from: to, pace });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width={500}
      title={t(`handlers.${act}.title`, { name: called })}
      footer={
        <>
          <Button autoFocus onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="primary" onClick={confirm}>
            {t(`handlers.${act}.do`)}
          </Button>
        </>
      }
    >
      <p className="text-ink-2">{t(`handlers.${act}.text`)}</p>
      {act !== "rebuild" && (
        <div className="mt-4 flex flex-col gap-3">
          <Field label={t("handlers.place.title")}>
            <Choices label={t("handlers.place.title")} value={place} options={places.map((id) => ({ id, label: t(`handlers.place.${id}`) }))} onChange={(id) => (setPlace(id), setWrong(false))} />
          </Field>
          {place === "time" && (
            <Field label={t("handlers.placeTime")}>
              <input spellCheck={false} aria-label={t("handlers.placeTime")} aria-invalid={wrong} value={time} onChange={(event) => (setTime(event.target.value), setWrong(false))} className="num h-[26px] w-[160px] rounded-md border border-line-strong bg-surface px-2" />
            </Field>
          )}
          {place === "seq" && (
            <Field label={t("handlers.placeSeq")}>
              <input inputMode="numeric" aria-label={t("handlers.placeSeq")} aria-invalid={wrong} value={seq} onChange={(event) => (setSeq(event.target.value), setWrong(false))} className="num h-[26px] w-[140px] rounded-md border border-line-strong bg-surface px-2 text-right" />
            </Field>
          )}
          {act === "replay" && (
            <Field label={t("handlers.replay.pace")}>
              <Choices label={t("handlers.replay.pace")} value={String(pace)} options={PACES.map((n) => ({ id: String(n), label: n === 0 ? t("handlers.replay.full") : t("handlers.replay.times", { n: format.integer(n) }) }))} onChange={(id) => setPace(PACES.find((n) => String(n) === id) ?? 0)} />
            </Field>
          )}
          {wrong && (
            <p role="alert" className="text-crit">
              {t("handlers.placeWrong")}
            </p>
          )}
        </div>
      )}
    </Dialog>
  );
}

function Field({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex min-h-7 items-center gap-4">
      <span aria-hidden className="w-[96px] flex-none text-ink-2">
        {label}
      </span>
      {children}
    </div>
  );
}
