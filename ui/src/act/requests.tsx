// The requests that a dialog is about: each with its number, who asks and how much, and what they come to together.

import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { totals } from "@/format/totals";
import { Money, Unread } from "@/parts";
import { joined } from "@/text";
import type { Request } from "./results";

/** Requests listed; what there is more is counted. */
const SHOWN = 6;

/** `CN¥ 72,460.00 · US$ 12.00`; empty where no amount is known. */
export function useSum(): (requests: readonly Pick<Request, "amount" | "currency">[]) => string {
  const format = useFormat();
  return (requests) => joined(totals(requests).map((total) => format.money(total.amount, total.currency)));
}

export function RequestList({ requests }: { requests: readonly Request[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sum = useSum()(requests);
  return (
    <div className="mb-3 overflow-hidden rounded-md border border-line">
      <ul>
        {requests.slice(0, SHOWN).map((request) => (
          <li key={request.key} className="grid min-h-7 grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-center gap-3 border-b border-line/55 px-2.5 py-1 last:border-b-0">
            <span className="num truncate font-[540]" title={request.number}>{request.number}</span>
            <span className="truncate text-ink-2" title={request.requester}>{request.requester}</span>
            <span className="text-right">{request.amount !== null ? <Money amount={request.amount} currency={request.currency} /> : request.unread !== null ? <Unread text={request.unread} /> : <span className="text-ink-3">—</span>}</span>
          </li>
        ))}
      </ul>
      {requests.length > 1 && (
        <p className="num flex gap-3 border-t border-line bg-raised px-2.5 py-1">
          <span className="text-ink-2">{requests.length > SHOWN ? t("frame.ask.more", { n: format.integer(requests.length), more: format.integer(requests.length - SHOWN) }) : t("frame.ask.all", { n: format.integer(requests.length) })}</span>
          <span className="ml-auto text-right font-[540]">{sum}</span>
        </p>
      )}
    </div>
  );
}
