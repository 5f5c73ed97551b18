// Dead letters: what a handler could not deal with, why, and after how many tries; one or all that are meant are tried again, or thrown away, after saying how
// many they are.

import { ChevronDown, CircleCheck, RotateCw, Trash2, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { HandlerView } from "@/bindings/HandlerView";
import type { LetterView } from "@/bindings/LetterView";
import { useClock, useFormat, useToday } from "@/format";
import { useHost, useSources } from "@/live";
import { Button, Dialog, EmptyState, IconButton, Menu, SectionHeader, SourceMark } from "@/parts";
import { toast } from "@/parts/notice";
import { openEvent } from "@/route/selection";
import { errorText, joined, useKindTitle } from "@/text";
import { useHandlerName } from "./handler-name";
import { useLetters } from "./use-letters";

/** What is asked back: these, or all that are meant. */
interface Meant {
  readonly act: "retry" | "discard";
  readonly count: number;
}

export function Letters({ handlers, of, onOf }: { handlers: readonly HandlerView[]; of: string | null; onOf: (handler: string | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const { name } = useHandlerName();
  const [filter, setFilter] = useState("");
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState<Meant | null>(null);
  // Whatever is done to them shows in one of these.
  const version = handlers.map((one) => `${one.letters} ${one.errand?.done ?? ""} ${one.errand?.failed ?? ""} ${one.errand?.ended ?? ""}`).join();
  const { view, error, more, refresh } = useLetters(of, filter, version);
  const nameOf = (handler: string) => name(handlers.find((one) => one.name === handler) ?? { name: handler, title: null });
  const total = view?.total ?? 0;
  const discardable = view?.discardable ?? 0;

  const act = async (what: "retry" | "discard", keys: string[] | null, counted: number) => {
    try {
      const args = { handler: of, filter, keys, counted };
      const n = await host.call(what === "retry" ? "retry_letters" : "discard_letters", args);
      toast(t(what === "retry" ? "handlers.going" : "handlers.discarded", { count: n, n: format.integer(n) }));
    } catch (thrown) {
      toast.error(t("frame.done.failed", { error: errorText(thrown) }));
    }
    refresh();
  };
  const holders = handlers.filter((one) => one.letters > 0 && one.name !== "decisions");
  const narrowed = of !== null || filter !== "";
  return (
    <section aria-label={t("handlers.letters")} className="flex min-h-0 flex-1 flex-col border-t border-line">
      <SectionHeader
        title={t("handlers.letters")}
        note={total === 0 ? undefined : format.integer(total)}
        className="border-b border-line"
        right={
          <>
            <Menu
              align="end"
              label={t("handlers.of")}
              items={[
                { id: "", label: t("common.all"), checked: of === null, onSelect: () => onOf(null) },
                ...holders.map((one) => ({ id: one.name, label: name(one), checked: of === one.name, onSelect: () => onOf(one.name) })),
              ]}
              trigger={
                <Button look="ghost" aria-label={t("handlers.of")}>
                  {of === null ? t("common.all") : nameOf(of)}
                  <ChevronDown aria-hidden />
                </Button>
              }
            />
            <input
              type="text"
              aria-label={t("handlers.filter")}
              placeholder={t("handlers.filter")}
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              onBlur={() => setFilter(typed.trim())}
              onKeyDown={(event) => {
                if (event.key === "Enter") setFilter(typed.trim());
                if (event.key !== "Escape") return;
                setTyped("");
                setFilter("");
              }}
              className="h-[26px] w-[220px] rounded-md border border-line-strong bg-surface px-2 text-ink placeholder:text-ink-3"
            />
            {total > 0 && (
              <>
                <Button icon={<RotateCw aria-hidden />} onClick={() => setAsked({ act: "retry", count: total })}>
                  {t("handlers.retryAll", { count: total, n: format.integer(total) })}
                </Button>
                {discardable > 0 && (
                  <Button look="ghost" onClick={() => setAsked({ act: "discard", count: discardable })}>
                    {t("handlers.discardAll", { count: discardable, n: format.integer(discardable) })}
                  </Button>
                )}
              </>
            )}
          </>
        }
      />
      {error !== null && (
        <p role="alert" className="flex flex-none items-center gap-2 bg-warn-soft px-4 py-1.5 text-warn">
          <TriangleAlert aria-hidden className="size-3.5 flex-none" />
          <span className="min-w-0 flex-1">{t("handlers.lettersFailed", { error })}</span>
          <Button onClick={refresh}>{t("common.retry")}</Button>
        </p>
      )}
      {view !== null && view.letters.length === 0 && <EmptyState icon={<CircleCheck />} title={t(narrowed ? "handlers.lettersNoneMeant" : "handlers.lettersNone")} text={t(narrowed ? "handlers.lettersNoneMeantText" : "handlers.lettersNoneText")} />}
      {view !== null && view.letters.length > 0 && (
        <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} data-inset-focus role="region" aria-label={t("handlers.lettersText")}>
          <ul>
            {view.letters.map((letter) => (
              <Letter key={letter.key} letter={letter} handler={nameOf(letter.handler)} onRetry={() => void act("retry", [letter.key], 1)} onDiscard={() => void act("discard", [letter.key], 1)} />
            ))}
          </ul>
          {view.next !== null && (
            <div className="p-3 text-center">
              <Button onClick={more}>{t("handlers.more")}</Button>
            </div>
          )}
        </div>
      )}
      {asked !== null && (
        <Dialog
          open
          onClose={() => setAsked(null)}
          title={t(`handlers.ask.${asked.act}`, { count: asked.count, n: format.integer(asked.count) })}
          footer={
            <>
              <Button autoFocus onClick={() => setAsked(null)}>
                {t("common.cancel")}
              </Button>
              <Button look={asked.act === "retry" ? "primary" : "danger"} onClick={() => (setAsked(null), void act(asked.act, null, asked.count))}>
                {t(asked.act === "retry" ? "handlers.retry" : "handlers.discard")}
              </Button>
            </>
          }
        >
          <p className="text-ink-2">{t(`handlers.ask.${asked.act}Text`)}</p>
        </Dialog>
      )}
    </section>
  );
}

function Letter({ letter, handler, onRetry, onDiscard }: { letter: LetterView; handler: string; onRetry: () => void; onDiscard: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const title = useKindTitle();
  const source = useSources().of(letter.source);
  const age = useClock((now) => t("handlers.age", { age: format.age(Math.max(0, now - letter.last_at)) }));
  const span = t("handlers.span", { first: format.dateTime(letter.first_at, today), last: format.dateTime(letter.last_at, today) });
  return (
    <li className="border-b border-line/55 px-4 py-1.5">
      <div className="flex items-center gap-3">
        <div className="min-w-0 flex-1">
          <p className="flex min-h-5 items-baseline gap-2">
            <span className="num w-[92px] flex-none text-ink-3" title={span}>
              {age}
            </span>
            <span className="flex-none font-[520]">{title(letter)}</span>
            <span className="min-w-0 truncate text-ink-2">
              {source !== null && <SourceMark colour={source.colour} className="mr-1.5" />}
              {joined([source?.name ?? letter.source, letter.subject])}
            </span>
            <span className="num ml-auto flex-none text-[12px] text-ink-3" title={span}>
              {handler} · {t("handlers.attempts", { count: letter.attempts, n: format.integer(letter.attempts) })}
            </span>
          </p>
          <p className="truncate pl-[100px] text-warn" title={letter.reason}>
            {letter.reason}
          </p>
          {letter.sample !== "" && <code className="block truncate pl-[100px] font-mono text-[11.5px] text-ink-3 [unicode-bidi:isolate]">{letter.sample}</code>}
        </div>
        <Button look="ghost" onClick={() => openEvent(letter.seq)}>
          {t("common.actions.open")}
        </Button>
        <Button onClick={onRetry}>{t("handlers.retry")}</Button>
        <IconButton label={t("handlers.discard")} disabled={!letter.can_discard} title={letter.can_discard ? t("handlers.discard") : t("handlers.kept")} onClick={onDiscard}>
          <Trash2 aria-hidden />
        </IconButton>
      </div>
    </li>
  );
}
