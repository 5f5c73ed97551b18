// The requests of a dialog whose decision needs something beside yes or no: each with its number and amount, and what is asked for, filled in where the
// core has something to offer. What is wrong stands under its field once somebody has tried, or has left it.

import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { DecisionField } from "@/bindings/DecisionField";
import { useFormat } from "@/format";
import { cx, Money, Unread } from "@/parts";
import { joined } from "@/text";
import { type FieldProblem, neededTo, readField, type Typed } from "./fields";
import type { Request } from "./results";

export function FieldRows({ requests, approve, typed, onType, tried }: { requests: readonly Request[]; approve: boolean; typed: Typed; onType: (key: string, name: string, text: string) => void; tried: boolean }) {
  const first = requests.find((request) => neededTo(request, approve).length > 0);
  return (
    <ul className="not-last:mb-3 max-h-[46vh] overflow-auto rounded-md border border-line">
      {requests.map((request) => (
        <li key={request.key} className="border-b border-line/55 px-2.5 py-1.5 last:border-b-0">
          <p className="flex items-baseline gap-3">
            <span className="num font-[540] whitespace-nowrap">{request.number}</span>
            <span className="min-w-0 flex-1 truncate text-ink-2" title={request.requester}>
              {request.requester}
            </span>
            {request.amount !== null ? <Money amount={request.amount} currency={request.currency} /> : request.unread !== null ? <Unread text={request.unread} /> : <span className="text-ink-3">—</span>}
          </p>
          {neededTo(request, approve).map((field, i) => (
            <Field key={field.name} request={request} field={field} text={typed[request.key]?.[field.name] ?? ""} onType={(text) => onType(request.key, field.name, text)} tried={tried} focus={request === first && i === 0} />
          ))}
        </li>
      ))}
    </ul>
  );
}

function Field({ request, field, text, onType, tried, focus }: { request: Request; field: DecisionField; text: string; onType: (text: string) => void; tried: boolean; focus: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const [left, setLeft] = useState(false);
  const read = readField(field, text);
  const problem = (tried || left) && "problem" in read ? read.problem : null;
  const bound = (bound: string | null | undefined) => (bound == null ? "" : format.quantity(bound));
  const told = ({ key, least, most }: FieldProblem) => t(`frame.fields.${key}`, { least: bound(least), most: bound(most) });
  const range = field.kind === "number" && field.least !== null && field.most !== null ? t("frame.fields.between", { least: bound(field.least), most: bound(field.most) }) : null;
  const wide = field.kind === "text";
  return (
    <div className={cx("mt-1.5 mb-1 gap-x-2", wide ? "flex flex-col gap-1" : "flex flex-wrap items-center")}>
      <label htmlFor={id} className="text-ink-2">
        {joined([format.lang === "en" ? field.en : field.zh, wide ? null : request.currency])}
      </label>
      <input
        id={id}
        autoFocus={focus}
        aria-label={`${request.number} ${format.lang === "en" ? field.en : field.zh}`}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-about`}
        inputMode={wide ? undefined : "decimal"}
        value={text}
        onFocus={(event) => event.target.select()}
        onChange={(event) => onType(event.target.value)}
        onBlur={() => setLeft(text !== "")}
        className={cx("h-[30px] rounded-md border bg-surface px-2.5", wide ? "w-full" : "num ml-auto w-[148px] text-right", problem === null ? "border-line-strong" : "border-crit")}
      />
      <span id={`${id}-about`} role={problem === null ? undefined : "alert"} className={cx("mt-0.5 w-full text-right text-[12px]", problem === null ? "text-ink-3" : "text-crit", problem === null && range === null && "sr-only")}>
        {problem === null ? (range ?? "") : told(problem)}
      </span>
    </div>
  );
}
