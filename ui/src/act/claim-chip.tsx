// Who is on a request, in its row; or why the claim of it was refused.

import { UserRoundX } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ApprovalView } from "@/bindings/ApprovalView";
import { failureText, joined } from "@/text";
import { Chip } from "./claimed";
import { useActions } from "./index";

/** Nothing where nobody is on it and nothing was refused. */
export function ClaimChip({ request }: { request: Pick<ApprovalView, "key" | "claimed"> }) {
  const { t } = useTranslation();
  const { unclaimed } = useActions();
  const refused = unclaimed.get(request.key);
  if (refused !== undefined) {
    return (
      <span className="inline-flex min-w-0 items-center gap-1 text-[12px] text-warn" title={failureText(refused)}>
        <UserRoundX aria-hidden className="size-3 flex-none" />
        <span className="truncate">{joined([t("approvals.claim.refused"), failureText(refused)])}</span>
      </span>
    );
  }
  return request.claimed === null ? null : <Chip claim={request.claimed} />;
}
