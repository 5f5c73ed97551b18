// What is done with each event behind the store: who does it, how far that is, what went wrong; and below what could not be done.

import { CirclePause, CircleStop, EllipsisVertical, RotateCw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ErrandView } from "@/bindings/ErrandView";
import type { HandlerView } from "@/bindings/HandlerView";
import { useClock, useFormat } from "@/format";
import { Button, cx, IconButton, Menu, ProgressBar, StateDot } from "@/parts";
import { go } from "@/route";
import { joined } from "@/text";
import { ActDialog, type Asked, useActs } from "./handler-act";
import { useHandlerName } from "./handler-name";
import { Letters } from "./letters";

export function Handlers({ handlers }: { handlers: readonly HandlerView[] }) {
  const { t } = useTranslation();
  const [of, setOf] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <div className="max-h-[55%] min-h-0 flex-none overflow-y-auto" tabIndex={0} role="region" aria-label={t("handlers.title")} data-inset-focus>
        <table className="w-full border-collapse">
          <thead>
            <tr className="text-left text-[12px] text-ink-3">
              <th className="h-7 pl-4 font-normal">{t("handlers.column.name")}</th>
              <th className="px-3 font-normal">{t("handlers.column.state")}</th>
              <th className="px-3 text-right font-normal">{t("handlers.column.behind")}</th>
              <th className="px-3 text-right font-normal @max-[760px]:hidden">{t("handlers.column.rate")}</th>
              <th className="px-3 text-right font-normal @max-[760px]:hidden">{t("handlers.column.failures")}</th>
              <th className="px-3 text-right font-normal whitespace-nowrap">{t("handlers.column.letters")}</th>
              <th className="w-[38%] px-3 font-normal @max-[900px]:hidden">{t("handlers.column.error")}</th>
              <th aria-hidden className="w-11" />
            </tr>
          </thead>
          <tbody>
            {handlers.map((handler) => (
              <HandlerRow key={handler.name} handler={handler} onLetters={() => (handler.name === "decisions" ? go("approvals") : setOf(handler.name))} onAsk={setAsked} />
            ))}
          </tbody>
        </table>
      </div>
      <Letters handlers={handlers} of={of} onOf={setOf} />
      {asked !== null && <ActDialog asked={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

function HandlerRow({ handler, onLetters, onAsk }: { handler: HandlerView; onLetters: () => void; onAsk: (asked: Asked) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { name, help } = useHandlerName();
  const { items } = useActs(handler, onAsk);
  const called = name(handler);
  const at = handler.last_error?.at ?? 0;
  const age = useClock((now) => format.age(Math.max(0, now - at)));
  return (
    <tr className="h-8 border-t border-line/55 hover:bg-raised/60">
      <th scope="row" className="max-w-[280px] truncate pl-4 text-left font-[520]" title={help(handler)}>
        {called}
      </th>
      <td className="px-3">
        <State handler={handler} />
        {handler.errand !== null && <Errand errand={handler.errand} />}
      </td>
      <td className="num px-3 text-right whitespace-nowrap">{handler.behind === 0 ? <span className="text-ink-3">{t("handlers.upToDate")}</span> : t(handler.about ? "handlers.about" : "handlers.behind", { n: format.integer(handler.behind) })}</td>
      <td className="num px-3 text-right whitespace-nowrap text-ink-2 @max-[760px]:hidden">{handler.checkpoint === null ? "" : t("handlers.perSecond", { n: format.number(Math.round(handler.rate * 10) / 10) })}</td>
      <td className={cx("num px-3 text-right @max-[760px]:hidden", handler.failures === 0 && "text-ink-3")}>{format.integer(handler.failures)}</td>
      <td className="num px-3 text-right">
        {handler.letters === 0 ? (
          <span className="text-ink-3">0</span>
        ) : (
          <Button look="ghost" className="!h-6 !px-1.5 text-warn" onClick={onLetters}>
            {format.integer(handler.letters)}
          </Button>
        )}
      </td>
      <td className="max-w-0 truncate px-3 text-ink-2 @max-[900px]:hidden" title={handler.last_error?.words}>
        {handler.last_error === null ? <span className="text-ink-3">{t("handlers.none")}</span> : t("handlers.errorAt", { age, words: handler.last_error.words })}
      </td>
      <td className="pr-2 text-right">
        {items.length > 0 && (
          <Menu
            align="end"
            items={items}
            trigger={
              <IconButton label={t("handlers.menu", { name: called })}>
                <EllipsisVertical aria-hidden />
              </IconButton>
            }
          />
        )}
      </td>
    </tr>
  );
}

function State({ handler }: { handler: HandlerView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = t(`handlers.state.${handler.state}`);
  const retrying = handler.retrying > 0 ? t("handlers.retrying", { count: handler.retrying, n: format.integer(handler.retrying) }) : undefined;
  const icon = {
    running: <StateDot tone="good" />,
    failing: <RotateCw aria-hidden className="size-3.5 text-warn" />,
    paused: <CirclePause aria-hidden className="size-3.5 text-ink-3" />,
    stopped: <CircleStop aria-hidden className="size-3.5 text-ink-3" />,
  }[handler.state];
  return (
    <span className={cx("inline-flex items-center gap-1.5 whitespace-nowrap", handler.state === "failing" ? "text-warn" : handler.state === "running" ? "text-ink" : "text-ink-2")} title={retrying}>
      {icon}
      {words}
    </span>
  );
}

/** What somebody made it do, with how far that is. */
function Errand({ errand }: { errand: ErrandView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const what = t(`handlers.${errand.ended ? "errandOver" : "errand"}.${errand.kind}`);
  const parts = [
    errand.paused && !errand.ended ? t("handlers.errandRests", { what }) : what,
    t("handlers.errandDone", { done: format.integer(errand.at), total: format.integer(errand.total) }),
    errand.pace > 0 && !errand.ended ? t("handlers.pace", { n: format.number(errand.pace) }) : null,
    errand.failed > 0 ? t("handlers.errandFailed", { count: errand.failed, n: format.integer(errand.failed) }) : null,
  ];
  return (
    <span className={cx("num block pb-1 text-[12px] leading-tight", errand.failed > 0 ? "text-warn" : errand.ended ? "text-ink-3" : "text-info")}>
      {joined(parts)}
      {!errand.ended && <ProgressBar value={{ done: errand.at, total: errand.total, share: errand.total === 0 ? 0 : Math.min(1, errand.at / errand.total), rate: null, left: null }} label={what} className="mt-1 h-[3px]" />}
    </span>
  );
}
