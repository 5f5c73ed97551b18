// Who is on a request: a chip, and a line where somebody is about to decide what another has.

import { UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ClaimView } from "@/bindings/ClaimView";
import { useClock, useFormat } from "@/format";
import { cx } from "@/parts";
import { joined } from "@/text";

/** So near, the time of day says it, ms. */
const NEAR = 12 * 3_600_000;

/** Since when and until when. */
function useSpan(claim: ClaimView): string {
  const { t } = useTranslation();
  const format = useFormat();
  return useClock((now) => {
    const near = (at: number) => (Math.abs(at - now) < NEAR ? format.minute(at) : format.dayMinute(at, now));
    return claim.until === null ? t("approvals.claim.since", { at: near(claim.at) }) : t("approvals.claim.span", { at: near(claim.at), until: near(claim.until) });
  });
}

/** Quiet, in a row. */
export function Chip({ claim }: { claim: ClaimView }) {
  const { t } = useTranslation();
  const span = useSpan(claim);
  const words = claim.mine ? t("approvals.claim.mine") : t("approvals.claim.by", { who: claim.by });
  return (
    <span className={cx("inline-flex min-w-0 items-center gap-1 rounded-sm border px-1 text-[11px] leading-[15px]", claim.mine ? "border-accent/40 text-accent" : "border-line-strong text-ink-2")} title={joined([words, span])}>
      <UserRound aria-hidden className="size-3 flex-none" />
      <span className="truncate">{words}</span>
    </span>
  );
}

/** In full, with since when. */
export function ClaimLine({ claim }: { claim: ClaimView }) {
  const { t } = useTranslation();
  const span = useSpan(claim);
  return (
    <span className="flex w-full min-w-0 items-baseline gap-2">
      <span className="truncate">{claim.mine ? t("approvals.claim.mine") : t("approvals.claim.by", { who: claim.by })}</span>
      <span className="num text-[12px] whitespace-nowrap text-ink-3">{span}</span>
    </span>
  );
}

/** What another has claimed, among requests that are about to be decided. */
export function othersClaims<T extends { readonly claimed?: ClaimView | null }>(requests: readonly T[]): readonly (T & { readonly claimed: ClaimView })[] {
  return requests.filter((request): request is T & { readonly claimed: ClaimView } => request.claimed != null && !request.claimed.mine);
}

/** That somebody else is on it, before it is decided all the same. */
export function ClaimWarning({ requests }: { requests: readonly { readonly number: string; readonly claimed?: ClaimView | null }[] }) {
  const { t } = useTranslation();
  const others = othersClaims(requests);
  const [first] = others;
  if (first === undefined) return null;
  return (
    <p className="mb-3 flex items-start gap-2 rounded-md border border-warn/40 bg-warn-soft px-2.5 py-2">
      <UserRound aria-hidden className="mt-0.5 size-3.5 flex-none text-warn" />
      <span>{others.length === 1 ? t("approvals.claim.warn", { who: first.claimed.by, number: first.number }) : t("approvals.claim.warnMany", { count: others.length, who: joined([...new Set(others.map((each) => each.claimed.by))]) })}</span>
    </p>
  );
}
