// What became of a decision, in a line: ours, or somebody else's that is on its way.

import { Ban, CircleCheck, CircleHelp, Clock3, LoaderCircle, OctagonAlert, RefreshCw, Send, UserCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { cx } from "@/parts";
import { failureText } from "@/text";
import type { RowState } from "./results";

/** Icon and words, the reason in a second line. */
export function StateText({ state }: { state: Exclude<RowState, { kind: "open" | "held" }> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const verb = state.approve ? t("approvals.approving") : t("approvals.rejecting");
  const inName = (forWhom: string | null) => (forWhom === null ? verb : t("approvals.state.verbFor", { verb, whom: forWhom }));
  const look = (icon: ReactNode, tone: string, text: string, more?: string) => (
    <span className={cx("flex min-w-0 flex-1 items-center gap-1.5 [&_svg]:size-3.5 [&_svg]:flex-none", tone)} title={more === undefined ? text : `${text}\n${more}`}>
      {icon}
      <span className="min-w-0 leading-[17px]">
        <span className="block truncate">{text}</span>
        {more !== undefined && more !== "" && <span className="block truncate text-[12px] text-ink-2">{more}</span>}
      </span>
    </span>
  );
  switch (state.kind) {
    case "sending":
      return look(<LoaderCircle aria-hidden />, "text-ink-2", verb);
    case "queued":
      return look(<Clock3 aria-hidden />, "text-info", t("approvals.state.queued"), inName(state.forWhom));
    case "retrying":
      return look(<RefreshCw aria-hidden />, "text-warn", t("approvals.state.retrying", { n: format.integer(state.attempts) }), failureText(state.error));
    case "sent":
      return state.error === null ? look(<Send aria-hidden />, "text-info", t("approvals.state.sent"), inName(state.forWhom)) : look(<CircleHelp aria-hidden />, "text-warn", t("approvals.state.unsure"), failureText(state.error));
    case "deciding":
      return look(<UserCheck aria-hidden />, "text-info", t(state.approve ? "approvals.state.approvedBy" : "approvals.state.rejectedBy", { who: state.forWhom === null ? state.who : t("approvals.state.forWhom", { who: state.who, whom: state.forWhom }) }), t(`approvals.state.far.${state.state}`));
    case "confirmed":
      return look(<CircleCheck aria-hidden />, "text-good", t("approvals.state.confirmed"), inName(state.forWhom));
    case "overtaken":
      return look(<UserCheck aria-hidden />, "text-warn", state.who === null || state.who === "" ? t("approvals.state.overtakenSomebody") : t("approvals.state.overtaken", { who: state.who }));
    case "failed":
      return look(<OctagonAlert aria-hidden />, "text-crit", t("approvals.state.failed"), failureText(state.error));
    case "refused":
      return look(<Ban aria-hidden />, "text-crit", t("approvals.state.refused"), failureText(state.error));
  }
}
