// The strip of tiles. Each knows the age of what it shows; what rests on a source that is not current greys and says until when it holds.

import { useTranslation } from "react-i18next";
import type { OverviewView } from "@/bindings/OverviewView";
import { ordered, useClock, useFormat } from "@/format";
import { useFreshness, useLive } from "@/live";
import { cx, Fitting, MainSum, Tile, useOtherSums, useTileAge } from "@/parts";
import { go } from "@/route";

export function Strip({ view }: { view: OverviewView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const oldest = useClock((now) => (view.approvals_oldest_at === null ? null : format.age(now - view.approvals_oldest_at)));
  const stored = useLive((live) => live.frame?.events_stored ?? 0);
  const perSecond = useLive((live) => live.frame?.events_per_second ?? 0);
  const age = useTileAge(useFreshness());

  // A quiet domain under a live link is quiet; without a live link nobody knows, and the tile says so.
  const last = Object.values(view.last_event_at);
  const newest = last.length === 0 ? null : Math.max(...last);
  const fresh = (domain: string) => ({ freshAt: view.last_event_at[domain] ?? newest, age });
  const others = useOtherSums();
  const { money_today: today } = view;
  // An ERP that records payments and never confirms one has taken money in all the same.
  const recordedOnly = today.received_count === 0 && today.recorded_count > 0;
  // What is said of today covers less where a source was not followed from its beginning.
  const covers = view.covers_since === null ? null : t("overview.tile.coversSince", { time: format.minute(view.covers_since) });
  const takings = recordedOnly ? today.recorded_sums : today.received_sums;
  const count = (n: number) => <Fitting forms={[format.integer(n), format.compact(n)]} />;

  return (
    <div
      className={cx(
        "@container flex-none border-b border-line bg-panel",
        "[&>div]:grid [&>div]:grid-cols-4 [&>div]:[--tile-figure:20px] @min-[1100px]:[&>div]:grid-cols-none",
      )}
    >
      <div className="@min-[1100px]:!grid-cols-[repeat(4,minmax(0,1fr))_minmax(0,1.4fr)_minmax(0,1.15fr)_minmax(0,1fr)] @min-[1100px]:![--tile-figure:23px] *:border-r *:border-b *:border-line @min-[1100px]:*:border-b-0 [&>*:last-child]:border-r-0">
        <Tile
          label={t("overview.tile.rate")}
          value={perSecond >= 100 ? format.integer(Math.round(perSecond)) : format.number(Math.round(perSecond * 10) / 10)}
          unit={t("overview.tile.rateUnit")}
          note={t("overview.tile.rateSub", { n: format.compact(stored) })}
          spark={view.rate}
          colour="var(--accent)"
          freshAt={newest}
          saysNow
          age={age}
          onOpen={() => go("events")}
        />
        <Tile
          label={t("overview.tile.moves")}
          value={count(view.moves_today)}
          note={covers ?? t("overview.tile.movesSub")}
          spark={view.moves_spark}
          colour="var(--d-inventory)"
          {...fresh("inventory")}
          onOpen={() => go("inventory")}
        />
        <Tile
          label={t("overview.tile.orders")}
          value={count(view.orders_open)}
          note={view.orders_stuck > 0 ? t("overview.tile.ordersStuck", { n: format.integer(view.orders_stuck) }) : t("overview.tile.ordersFlow")}
          tone={view.orders_stuck > 0 ? "warn" : undefined}
          spark={view.orders_spark}
          colour="var(--d-orders)"
          {...fresh("orders")}
          onOpen={() => go("orders")}
        />
        <Tile
          label={t("overview.tile.approvals")}
          value={count(view.approvals_pending)}
          note={oldest === null ? t("overview.tile.approvalsNone") : t("overview.tile.approvalsOldest", { age: oldest })}
          spark={view.approvals_spark}
          colour="var(--d-approvals)"
          {...fresh("approvals")}
          onOpen={() => go("approvals")}
        />
        <Tile
          className="@max-[1099px]:col-span-2"
          label={t(recordedOnly ? "overview.tile.recorded" : "overview.tile.received")}
          value={<MainSum sums={takings} />}
          note={[
            ...(covers === null ? [] : [covers]),
            ...others(takings),
            ...(view.refunded_count > 0
              ? ordered(today.refunded_sums).map((sum) => t("overview.tile.refunded", { amount: format.moneyShort(sum.amount, sum.currency) }))
              : [t(recordedOnly ? "overview.tile.recordedSub" : "overview.tile.receivedSub", { count: recordedOnly ? today.recorded_count : today.received_count, n: format.integer(recordedOnly ? today.recorded_count : today.received_count) })]),
          ]}
          spark={view.received_spark}
          colour="var(--d-finance)"
          {...fresh("finance")}
          onOpen={() => go("finance")}
        />
        <Tile
          label={t("overview.tile.overdue")}
          value={<MainSum sums={view.overdue_sums} />}
          note={view.overdue_count > 0 ? [t("overview.tile.overdueSub", { count: view.overdue_count, n: format.integer(view.overdue_count) }), ...others(view.overdue_sums)] : t("overview.tile.overdueNone")}
          tone={view.overdue_count > 0 ? "warn" : undefined}
          colour="var(--warn)"
          {...fresh("finance")}
          onOpen={() => go("finance")}
        />
        <Tile
          label={t("overview.tile.alerts")}
          value={<span className={cx("flex min-w-0 flex-1", view.alerts_critical > 0 && "text-crit")}>{count(view.alerts_firing)}</span>}
          note={view.alerts_critical > 0 ? t("overview.tile.alertsCritical", { n: format.integer(view.alerts_critical) }) : t("overview.tile.alertsCalm")}
          tone={view.alerts_critical > 0 ? "crit" : undefined}
          colour="var(--crit)"
          onOpen={() => go("alerts")}
        />
      </div>
    </div>
  );
}
