// What needs a person, by when. j, k or a click choose one; A, R, E and S act on the one that is chosen and on no other.

import { CircleCheckBig, PanelRightOpen } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { rowState, SnoozeMenu, useActions } from "@/act";
import { Held } from "@/act/held";
import { Elsewhere } from "@/act/open-erp";
import type { AlertView } from "@/bindings/AlertView";
import type { ApprovalView } from "@/bindings/ApprovalView";
import type { Need } from "@/bindings/Need";
import type { Severity } from "@/bindings/Severity";
import { useClock, useFormat } from "@/format";
import { useKeys } from "@/keys";
import { Age, Button, cx, IconButton, SectionHeader, severityInk, SeverityMark, SideLine } from "@/parts";
import { Derived } from "@/parts/derived";
import { go } from "@/route";
import { openEvent } from "@/route/selection";
import { useAlertText } from "@/rules";
import { joined, failureText, useWord } from "@/text";

function needKey(need: Need): string {
  return need.type === "alert" ? `alert ${need.alert.id}` : `approval ${need.approval.key}`;
}

/** Part of the waiting time that is used up, 0 to 1; null without a deadline. Pure. */
export function used(requestedAt: number, deadline: number | null, now: number): number | null {
  if (deadline === null || deadline <= requestedAt) return null;
  return Math.min(1, Math.max(0, (now - requestedAt) / (deadline - requestedAt)));
}

export function Needs({ needs, omitted }: { needs: readonly Need[]; omitted: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { approve, reject, acknowledge, snooze } = useActions();
  const [chosenKey, setChosen] = useState<string | null>(null);
  // Nothing is chosen until somebody chooses: a key must never act on whatever has just come to the top.
  const index = needs.findIndex((need) => needKey(need) === chosenKey);
  const chosen = needs[index];
  const list = useRef<HTMLUListElement>(null);

  const move = (by: number) => {
    const next = needs[index === -1 ? 0 : Math.min(needs.length - 1, Math.max(0, index + by))];
    if (next !== undefined) setChosen(needKey(next));
  };
  useEffect(() => {
    if (chosenKey !== null) list.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosenKey]);
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: () => (chosen === undefined ? false : open(chosen)),
    a: () => (chosen?.type === "approval" && chosen.approval.can_decide ? approve([chosen.approval]) : false),
    r: () => (chosen?.type === "approval" && chosen.approval.can_decide ? reject([chosen.approval]) : false),
    e: () => (chosen?.type === "alert" ? void acknowledge([chosen.alert.id]) : false),
    s: () => (chosen?.type === "alert" ? snooze(chosen.alert.id, 15) : false),
  });

  if (needs.length === 0) {
    return (
      <SideLine label={t("overview.needs.title")} icon={<CircleCheckBig aria-hidden />}>
        {t("overview.needs.empty")}
      </SideLine>
    );
  }
  return (
    <section className="flex min-h-0 flex-col" aria-label={t("overview.needs.title")}>
      <SectionHeader title={t("overview.needs.title")} note={format.integer(needs.length + omitted)} right={t("overview.needs.order")} className="border-b border-line" />
      <ul ref={list} className="min-h-0 flex-1 overflow-auto">
        {needs.map((need, i) => (
          <li key={needKey(need)} aria-current={i === index} onPointerDown={() => setChosen(needKey(need))}>
            {need.urgency !== needs[i - 1]?.urgency && <h3 className="border-b border-line bg-raised px-4 py-1 text-[12px] text-ink-2">{t(`overview.needs.urgency.${need.urgency}`)}</h3>}
            {need.type === "alert" ? <Alert alert={need.alert} chosen={i === index} /> : <Approval approval={need.approval} chosen={i === index} />}
          </li>
        ))}
        {omitted > 0 && (
          <li className="p-3 text-center">
            <Button look="ghost" onClick={() => go("alerts")}>
              {t("overview.needs.omitted", { n: format.integer(omitted) })}
            </Button>
          </li>
        )}
      </ul>
    </section>
  );
}

function open(need: Need): boolean {
  const seq = need.type === "alert" ? need.alert.seq : need.approval.seq;
  if (seq === null) return false;
  openEvent(seq);
  return true;
}

const EDGES: Record<Severity, string> = { critical: "before:bg-crit", warning: "before:bg-warn", success: "before:bg-transparent", info: "before:bg-transparent" };

function Box({ severity, chosen, children }: { severity: Severity; chosen: boolean; children: React.ReactNode }) {
  return (
    <div className={cx("relative grid grid-cols-[20px_minmax(0,1fr)_auto] gap-x-2 border-b border-line px-4 py-[11px] before:absolute before:inset-y-0 before:left-0 before:w-[3px]", EDGES[severity], chosen && "bg-panel")}>
      {children}
    </div>
  );
}

function Alert({ alert, chosen }: { alert: AlertView; chosen: boolean }) {
  const { t } = useTranslation();
  const text = useAlertText()(alert);
  const { acknowledge, busy } = useActions();
  const loud = alert.severity === "critical";
  return (
    <Box severity={alert.severity} chosen={chosen}>
      <SeverityMark severity={alert.severity} word={false} className="mt-px self-start" />
      <p className="line-clamp-3 font-[540] break-words [unicode-bidi:isolate]">
        {loud && <span className={severityInk(alert.severity)}>{t(`common.severity.${alert.severity}`)} · </span>}
        {text.title}
      </p>
      <Age at={alert.last_at} className="text-ink-3" />
      {text.parts.length > 0 && <p className="num col-start-2 col-end-4 mt-px line-clamp-2 break-words text-ink-2">{joined(text.parts)}</p>}
      <div className="col-start-2 col-end-4 mt-2 flex flex-wrap gap-1.5">
        <Button aria-label={t("common.actionOn.acknowledge", { what: text.title })} kbd={chosen ? "E" : undefined} disabled={busy.has(alert.id)} onClick={() => void acknowledge([alert.id])}>
          {t("common.actions.acknowledge")}
        </Button>
        <SnoozeMenu id={alert.id} what={text.title} kbd={chosen ? "S" : undefined} />
        {alert.seq !== null && (
          <IconButton label={t("common.actionOn.open", { what: text.title })} className="size-[26px]" onClick={() => alert.seq !== null && openEvent(alert.seq)}>
            <PanelRightOpen aria-hidden />
          </IconButton>
        )}
      </div>
    </Box>
  );
}

function Approval({ approval, chosen }: { approval: ApprovalView; chosen: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const decide = useActions();
  const { approve, reject, sending, refusals } = decide;
  const state = rowState(approval, decide);
  const { deadline } = approval;
  const share = useClock((now) => {
    const part = used(approval.requested_at, deadline, now);
    return part === null ? null : Math.round(part * 200) / 200;
  });
  const over = useClock((now) => deadline !== null && deadline < now);
  const leftAge = useClock((now) => (deadline === null ? null : format.age(Math.abs(deadline - now))));
  const tight = share !== null && share >= 0.75;
  const severity: Severity = tight ? "warning" : "info";
  const error = refusals.get(approval.key)?.error ?? approval.decision?.error ?? null;
  const under = approval.decision !== null && approval.decision.state !== "failed" && approval.decision.state !== "overtaken";
  const parts = [approval.amount === null ? approval.unread : format.money(approval.amount, approval.currency), approval.requester, approval.reason].filter((part) => part !== null && part !== "");
  return (
    <Box severity={severity} chosen={chosen}>
      <CircleCheckBig aria-hidden className={cx("mt-px size-4", severityInk(severity))} strokeWidth={1.75} />
      <p className="line-clamp-3 font-[540] break-words [unicode-bidi:isolate]">{t("overview.needs.awaits", { type: word("resourceType", approval.resource_type), number: approval.number })}<Derived from={approval.derived_from} /></p>
      <Age at={approval.requested_at} className="text-ink-3" />
      <p className="num col-start-2 col-end-4 mt-px line-clamp-2 break-words text-ink-2">{joined(parts)}</p>
      {share !== null && (
        <div className="col-start-2 col-end-4 gauge mt-2 h-[3px] overflow-hidden rounded-sm bg-raised" aria-hidden>
          <i className={cx("tint block h-full rounded-sm", share >= 1 ? "bg-crit" : tight ? "bg-warn" : "bg-info")} style={{ width: `${share * 100}%` }} />
        </div>
      )}
      {!approval.can_decide ? (
        <div className="col-start-2 col-end-4 mt-2 flex">
          <Elsewhere request={approval} />
        </div>
      ) : state.kind === "held" ? (
        <div className="col-start-2 col-end-4 mt-2">
          <Held request={approval} approve={state.approve} until={state.until} forWhom={state.forWhom} />
        </div>
      ) : under && approval.decision !== null ? (
        <p className="col-start-2 col-end-4 mt-2 text-ink-2">{word("decision", approval.decision.state)}</p>
      ) : (
        <div className="col-start-2 col-end-4 mt-2 flex flex-wrap items-center gap-1.5">
          <Button aria-label={t("common.actionOn.approve", { what: approval.number })} look={chosen ? "primary" : "plain"} kbd={chosen ? "A" : undefined} disabled={sending.has(approval.key)} onClick={() => approve([approval])}>
            {t("common.actions.approve")}
          </Button>
          <Button aria-label={t("common.actionOn.reject", { what: approval.number })} kbd={chosen ? "R" : undefined} disabled={sending.has(approval.key)} onClick={() => reject([approval])}>
            {t("common.actions.reject")}
          </Button>
          {leftAge !== null && (
            <span className={cx("num ml-auto", over ? "text-crit" : tight ? "text-warn" : "text-ink-3")}>
              {t(over ? "overview.needs.over" : "overview.needs.left", { age: leftAge })}
            </span>
          )}
        </div>
      )}
      {error !== null && <p className="col-start-2 col-end-4 mt-1 line-clamp-4 break-words text-crit">{failureText(error)}</p>}
    </Box>
  );
}
