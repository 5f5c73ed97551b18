// What can be done about who is on requests: beside them as buttons, and in a row's menu.

import { UserRound, UserRoundPen, UserRoundX } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ApprovalView } from "@/bindings/ApprovalView";
import { Button } from "@/parts";
import type { MenuItem } from "@/parts/overlay";
import { useActions } from "./index";

/** Claims those that are not ours; where all are, releases them. */
export function useToggleClaim(): (requests: readonly ApprovalView[]) => void {
  const { claim, release } = useActions();
  return (requests) => {
    const others = requests.filter((each) => !(each.claimed?.mine ?? false));
    if (others.length > 0) claim(others);
    else release(requests);
  };
}

/** Of one row. */
export function useClaimItems(): (request: ApprovalView) => readonly MenuItem[] {
  const { t } = useTranslation();
  const { claim, release, handOver, claiming } = useActions();
  return (request) => {
    if (!request.can_decide) return [];
    const disabled = claiming.has(request.key);
    const mine = request.claimed?.mine ?? false;
    return [
      mine
        ? { id: "release", label: t("approvals.claim.release"), icon: <UserRoundX aria-hidden />, disabled, onSelect: () => release([request]) }
        : { id: "claim", label: t("approvals.claim.claim"), icon: <UserRound aria-hidden />, disabled, onSelect: () => claim([request]) },
      { id: "hand_over", label: t("approvals.claim.handOver"), icon: <UserRoundPen aria-hidden />, disabled, onSelect: () => handOver([request]) },
    ];
  };
}

/** Claim or release, and hand over. */
export function ClaimButtons({ requests, kbd }: { requests: readonly ApprovalView[]; kbd?: string }) {
  const { t } = useTranslation();
  const { claiming, handOver } = useActions();
  const toggle = useToggleClaim();
  const disabled = requests.length === 0 || requests.some((each) => claiming.has(each.key));
  const mine = requests.length > 0 && requests.every((each) => each.claimed?.mine ?? false);
  return (
    <>
      <Button kbd={kbd} icon={mine ? <UserRoundX aria-hidden /> : <UserRound aria-hidden />} disabled={disabled} onClick={() => toggle(requests)}>
        {mine ? t("approvals.claim.release") : t("approvals.claim.claim")}
      </Button>
      <Button icon={<UserRoundPen aria-hidden />} disabled={disabled} onClick={() => handOver(requests)}>
        {t("approvals.claim.handOver")}
      </Button>
    </>
  );
}
