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
      <table className="w-full border-collapse [&_td]:h-7 [&_td]:px-2.5 [&_tr:not(:last-child)]:border-b [&_tr]:border-line/55">
        <tbody>
          {requests.slice(0, SHOWN).map((request) => (
            <tr key={request.key}>
              <td className="num font-[540] whitespace-nowrap">{request.number}</td>
              <td className="w-full max-w-0 truncate text-ink-2" title={request.requester}>
                {request.requester}
              </td>
              <td className="text-right whitespace-nowrap">{request.amount !== null ? <Money amount={request.amount} currency={request.currency} /> : request.unread !== null ? <Unread text={request.unread} /> : <span className="text-ink-3">—</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {requests.length > 1 && (
        <p className="num flex gap-3 border-t border-line bg-raised px-2.5 py-1">
          <span className="text-ink-2">{requests.length > SHOWN ? t("frame.ask.more", { n: format.integer(requests.length), more: format.integer(requests.length - SHOWN) }) : t("frame.ask.all", { n: format.integer(requests.length) })}</span>
          <span className="ml-auto text-right font-[540]">{sum}</span>
        </p>
      )}
    </div>
  );
}
