// A request where the ERP shows it. The host opens the user's browser where it can; else the window is one, and follows the link itself.

import { ExternalLink } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ApprovalView } from "@/bindings/ApprovalView";
import { useHost } from "@/live";
import { Button, buttonClass } from "@/parts";
import { toast } from "@/parts/notice";
import { useSettings } from "@/settings";
import { errorText } from "@/text";

type Shown = Pick<ApprovalView, "key" | "open_url">;

/** Opens it, from a click or a key. */
export function useOpenErp(): (request: Shown) => boolean {
  const host = useHost();
  const { t } = useTranslation();
  const { hello } = useSettings();
  return ({ key, open_url }) => {
    if (open_url === null) return false;
    if (hello.opens_pages) host.call("open_erp", { key }).catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: errorText(thrown) })));
    else window.open(open_url, "_blank", "noopener,noreferrer");
    return true;
  };
}

/** The button; nothing where nobody knows the page. */
export function OpenErp({ request, look = "plain", kbd }: { request: Shown & { readonly number: string }; look?: "plain" | "primary" | "ghost"; kbd?: string }) {
  const { t } = useTranslation();
  const { hello } = useSettings();
  const open = useOpenErp();
  if (request.open_url === null) return null;
  const label = t("common.actionOn.openErp", { what: request.number });
  const words = t("common.actions.openErp");
  if (hello.opens_pages) {
    return (
      <Button look={look} kbd={kbd} icon={<ExternalLink aria-hidden />} aria-label={label} onClick={() => void open(request)}>
        {words}
      </Button>
    );
  }
  return (
    <a href={request.open_url} target="_blank" rel="noreferrer" aria-label={label} className={buttonClass(look)}>
      <ExternalLink aria-hidden />
      {words}
      {kbd !== undefined && (
        <kbd aria-hidden className="font-mono text-[11px] opacity-75">
          {kbd}
        </kbd>
      )}
    </a>
  );
}

/** In the place of the buttons of a request that cannot be decided here: its page in the ERP, else why. */
export function Elsewhere({ request, chosen = false }: { request: Shown & { readonly number: string }; chosen?: boolean }) {
  const { t } = useTranslation();
  if (request.open_url === null) {
    return (
      <span className="truncate text-ink-3" title={t("common.decideElsewhere")}>
        {t("common.noDecisions")}
      </span>
    );
  }
  return (
    <span title={t("common.decideThere")} onClick={(event) => event.stopPropagation()}>
      <OpenErp request={request} look={chosen ? "primary" : "plain"} />
    </span>
  );
}
