// When an event happened, when it arrived, and how long that took, by one clock: ours.

import { useTranslation } from "react-i18next";
import type { EventRow } from "@/bindings/EventRow";
import { useFormat, useToday } from "@/format";
import { happenedAt, lateBy, skewOf, took, useLive } from "@/live";
import { LateMark, Ticking } from "@/parts";
import { Fact } from "./drawer-fact";

export function DrawerTimes({ row }: { row: EventRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const skew = skewOf(row);
  const behind = useLive((live) => live.order.behind.get(row.seq));
  const happened = happenedAt(row);
  const ms = took(row);
  return (
    <>
      <Fact name={t("frame.drawer.when")}>
        <span className="num">{format.dateTime(happened, today)}</span> <span className="num text-ink-3"><Ticking text={(now) => format.relative(happened, now)} /></span>
        {skew !== 0 && <span className="num block text-[12px] text-ink-3">{t("frame.drawer.theirClock", { time: format.dateTime(row.occurred_at, today) })}</span>}
      </Fact>
      {row.doubted_time !== null && (
        <Fact name={t("frame.drawer.statedTime")}>
          <bdi className="break-words text-warn">{row.doubted_time}</bdi>
          <span className="block text-[12px] text-ink-3">{t("frame.drawer.statedTimeWhy")}</span>
        </Fact>
      )}
      <Fact name={t("frame.drawer.arrived")}>
        <span className="num">{format.dateTime(row.received_at, today)}</span>
        {(lateBy(row) !== null || behind !== undefined) && (
          <span className="ml-2">
            <LateMark row={row} behind={behind} />
          </span>
        )}
      </Fact>
      {ms !== null && (
        <Fact name={t("frame.drawer.way")}>
          <span className="num">{format.duration(ms)}</span>
          {skew !== 0 && <span className="num text-ink-3"> · {t(skew > 0 ? "frame.drawer.skewAhead" : "frame.drawer.skewBehind", { by: format.duration(Math.abs(skew)) })}</span>}
        </Fact>
      )}
    </>
  );
}
