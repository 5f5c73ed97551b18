// What one needs to judge a request: who asks and why, for whom, until when, what it is made up of; and of a decided one who decided and what was said.

import { useTranslation } from "react-i18next";
import { shownName } from "@/act/whom";
import type { RequestDetail } from "@/bindings/RequestDetail";
import type { RequestLine } from "@/bindings/RequestLine";
import { useClock, useFormat } from "@/format";
import { cx } from "@/parts";
import { useKindTitle, useWord } from "@/text";
import { Fact } from "./drawer-fact";

export function DrawerRequest({ detail: { request, lines, lines_omitted } }: { detail: RequestDetail }) {
  const { t } = useTranslation();
  const word = useWord();
  const title = useKindTitle();
  const decidedFor = request.decision?.state === "confirmed" ? request.decision.on_behalf_of : null;
  return (
    <>
      <dl className="grid grid-cols-[84px_1fr] gap-y-1.5 border-t border-line px-4 py-3 [&_dd]:min-w-0 [&_dd]:break-words [&_dt]:text-ink-3">
        {request.requester !== "" && <Fact name={t("frame.request.requester")}>{request.requester}</Fact>}
        {request.party !== null && <Fact name={t("frame.request.party")}>{request.party}</Fact>}
        {request.reason !== null && <Fact name={t("frame.request.reason")}>{request.reason}</Fact>}
        {request.deadline !== null && <Fact name={t(request.deadline_is_own ? "frame.request.ownDeadline" : "frame.request.deadline")}>{request.status === "pending" ? <Due at={request.deadline} /> : <When at={request.deadline} />}</Fact>}
        {request.status !== "pending" && (
          <Fact name={word("approvalStatus", request.status)}>
            <span className="num">
              {decidedFor === null ? (request.decided_by ?? "—") : t("approvals.state.youFor", { whom: decidedFor })}
              {request.decided_at !== null && <span className="text-ink-3"> · <When at={request.decided_at} /></span>}
            </span>
          </Fact>
        )}
        {request.status === "pending" && request.for_whom.length > 0 && <Fact name={t("approvals.forWhom.fact")}>{request.for_whom.map(shownName).join(t("absence.kinds.comma"))}</Fact>}
        {request.derived_from !== null && (
          <Fact name={t("frame.request.origin")}>
            <span className="text-ink-2">{t("approvals.derivedWhy", { kind: title({ kind: request.derived_from }) })}</span>
          </Fact>
        )}
        {request.comment !== null && <Fact name={t("frame.request.comment")}>{request.comment}</Fact>}
      </dl>
      {lines.length > 0 && <Lines lines={lines} currency={request.currency} omitted={lines_omitted} />}
    </>
  );
}

/** Day and time, as much of it as today does not say. */
function When({ at }: { at: number }) {
  const format = useFormat();
  return useClock((now) => format.dateTime(at, now));
}

/** The time itself, and how far away it is. */
function Due({ at }: { at: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const exact = useClock((now) => format.dateTime(at, now));
  const over = useClock((now) => at <= now);
  const age = useClock((now) => format.age(Math.abs(at - now)));
  return (
    <span className="num">
      {exact}
      <span className={cx(over ? "text-crit" : "text-ink-3")}> · {t(over ? "approvals.over" : "approvals.left", { age })}</span>
    </span>
  );
}

function Lines({ lines, currency, omitted }: { lines: readonly RequestLine[]; currency: string | null; omitted: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = (text: string | null) => (text === null ? "" : format.money(text, currency));
  return (
    <div className="border-t border-line px-4 py-3">
      <table className="w-full border-collapse text-left [&_td]:py-0.5 [&_td]:align-top [&_td:not(:first-child)]:pl-3 [&_td:not(:first-child)]:text-right [&_th]:pb-1 [&_th]:font-normal [&_th]:text-ink-3 [&_th:not(:first-child)]:pl-3 [&_th:not(:first-child)]:text-right">
        <thead>
          <tr>
            <th>{t("frame.request.line")}</th>
            <th>{t("frame.request.quantity")}</th>
            <th>{t("frame.request.price")}</th>
            <th>{t("frame.request.amount")}</th>
          </tr>
        </thead>
        <tbody className="num">
          {lines.map((line, i) => (
            <tr key={i}>
              <td className="break-words">{line.name === "" ? "—" : line.name}</td>
              <td>{line.quantity === null ? "" : format.quantity(line.quantity)}</td>
              <td className="whitespace-nowrap">{money(line.price)}</td>
              <td className="whitespace-nowrap">{money(line.amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {omitted > 0 && <p className="mt-1 text-ink-3">{t("frame.request.omitted", { n: format.integer(omitted) })}</p>}
    </div>
  );
}
