// Who decides while the user is away, and for whom the user decides: what each gateway holds, passed on by hand or from a calendar file.

import { CalendarDays, Plus } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CalendarView } from "@/bindings/CalendarView";
import type { DelegationView } from "@/bindings/DelegationView";
import { useHost } from "@/live";
import { Button, Dialog, ErrorState, Skeleton, StaleBar } from "@/parts";
import { toast } from "@/parts/notice";
import { errorDetail, errorText } from "@/text";
import { CalendarDialog } from "./calendar-dialog";
import { DelegateDialog } from "./delegate-dialog";
import { Held, KeepNone } from "./held";
import type { Gateway } from "./to-whom";
import { useDelegations } from "./use-delegations";

/** Largest calendar file, as the core takes it. */
const LARGEST = 2 << 20;

type Open = { readonly kind: "add" } | { readonly kind: "calendar"; readonly calendar: CalendarView } | { readonly kind: "end"; readonly source: string; readonly one: DelegationView };

const isSome = (all: readonly Gateway[]): all is readonly [Gateway, ...Gateway[]] => all.length > 0;

export function Absence() {
  const { t } = useTranslation();
  const host = useHost();
  const { data, at, error, busy, refresh } = useDelegations();
  const [open, setOpen] = useState<Open | null>(null);
  const [ending, setEnding] = useState<ReadonlySet<string>>(new Set());
  const [unread, setUnread] = useState<string | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const close = () => setOpen(null);
  const gateways = (data?.sources ?? []).filter(({ held }) => held.kind === "known");
  const shown = data?.sources ?? [];

  const readFile = async (chosen: File | undefined) => {
    setUnread(null);
    if (chosen === undefined) return;
    if (chosen.size > LARGEST) return setUnread(t("absence.calendar.tooLarge"));
    try {
      setOpen({ kind: "calendar", calendar: await host.call("read_calendar", { text: await chosen.text() }) });
    } catch (thrown) {
      setUnread(errorText(thrown));
    }
  };
  const end = async (source: string, { id }: DelegationView) => {
    close();
    setEnding((before) => new Set([...before, id]));
    try {
      await host.call("end_delegation", { source, id });
    } catch (thrown) {
      toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown));
    } finally {
      setEnding((before) => new Set([...before].filter((each) => each !== id)));
      refresh();
    }
  };
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pb-2">
        <p className="min-w-[240px] flex-1 text-ink-2">{t("absence.text")}</p>
        {isSome(gateways) && (
          <span className="flex flex-wrap gap-2">
            <input
              ref={file}
              type="file"
              accept=".ics,text/calendar"
              aria-label={t("absence.calendar.file")}
              tabIndex={-1}
              className="sr-only"
              onChange={(event) => {
                const [chosen] = event.target.files ?? [];
                void readFile(chosen);
                // The same file may be chosen once more.
                event.target.value = "";
              }}
            />
            <Button icon={<CalendarDays aria-hidden />} onClick={() => file.current?.click()}>
              {t("absence.calendar.choose")}
            </Button>
            <Button icon={<Plus aria-hidden />} onClick={() => setOpen({ kind: "add" })}>
              {t("absence.add")}
            </Button>
          </span>
        )}
      </div>
      {unread !== null && (
        <p role="alert" className="px-4 pb-2 text-crit">
          {unread}
        </p>
      )}
      {data !== null && <StaleBar at={at} error={error} onRetry={refresh} />}
      {data === null ? error === null ? <Skeleton rows={2} /> : <ErrorState error={error} onRetry={refresh} /> : shown.length === 0 ? <p className="px-4 text-ink-3">{t("absence.noSource")}</p> : shown.filter(({ held }) => held.kind !== "nothing").map((held) => <Held key={held.source} held={held} named={shown.length > 1} busy={busy} ending={ending} onEnd={(one) => setOpen({ kind: "end", source: held.source, one })} onRetry={refresh} />)}
      <KeepNone sources={shown} />
      {open?.kind === "add" && isSome(gateways) && (
        <DelegateDialog
          gateways={gateways}
          onClose={close}
          onDone={() => {
            close();
            refresh();
          }}
        />
      )}
      {open?.kind === "calendar" && isSome(gateways) && <CalendarDialog calendar={open.calendar} gateways={gateways} onClose={close} onChanged={refresh} />}
      {open?.kind === "end" && (
        <Dialog
          open
          onClose={close}
          title={t("absence.endTitle", { who: open.one.to.name === "" ? open.one.to.id : open.one.to.name })}
          footer={
            <>
              <Button autoFocus onClick={close}>
                {t("common.cancel")}
              </Button>
              <Button look="danger" onClick={() => void end(open.source, open.one)}>
                {t("absence.end")}
              </Button>
            </>
          }
        >
          <p className="text-ink-2">{t("absence.endText")}</p>
        </Dialog>
      )}
    </>
  );
}
