// The sources: what each is doing, in words, and adding, editing, pausing, removing, trying them. `?source=id` in the address leads straight to one:
// to signing in where its server wants that, else to its form.

import { FlaskConical, Pause, Play, Plug, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Source } from "@/bindings/Source";
import { useHost, useLive } from "@/live";
import { Button, Dialog, EmptyState } from "@/parts";
import { routeHash, useRoute } from "@/route";
import { useSettings } from "@/settings";
import { SignInDialog, SourceDialog } from "@/settings/source";
import { SavingError, SavingMark, Section, useSaver } from "./row";
import { SourceLine } from "./source-line";

/** What stands above the list. */
type Open = { readonly kind: "form"; readonly source: Source | null } | { readonly kind: "sign_in"; readonly source: Source; readonly windowOpen: boolean } | { readonly kind: "remove"; readonly source: Source };

/** The address without the source; the back button does not lead there again. */
function leaveSource(): void {
  window.location.replace(routeHash("settings"));
}

export function Sources() {
  const { t } = useTranslation();
  const host = useHost();
  const { query } = useRoute();
  const { settings, take } = useSettings();
  const { saving, save, run } = useSaver();
  const [open, setOpen] = useState<Open | null>(null);
  const linked = settings.sources.find((source) => source.id === query.source && !source.demo);
  const demo = settings.sources.find((source) => source.demo);
  const busy = saving.kind === "saving";
  const pause = (source: Source, paused: boolean) => void save({ sources: { [source.id]: { paused } } });
  const same = (source: Source, other: string) => void save({ sources: { [source.id]: { same_as: other } } });
  const startDemo = () => void run(async () => take(await host.call("start_demo", {})));
  const add = () => setOpen({ kind: "form", source: null });
  const close = () => {
    setOpen(null);
    if (query.source !== undefined) leaveSource();
  };
  // A dialog opened here goes before the one the address names.
  const signIn = (source: Source, windowOpen: boolean) => setOpen({ kind: "sign_in", source, windowOpen });

  return (
    <Section id="sources" title={t("settings.section.sources")}>
      <div className="flex items-center gap-3 px-4 pb-2">
        <p className="min-w-0 flex-1 text-ink-2">{t("sources.text")}</p>
        <SavingMark saving={saving} />
        {settings.sources.length > 0 && (
          <Button icon={<Plus aria-hidden />} onClick={add}>
            {t("sources.add")}
          </Button>
        )}
      </div>
      <SavingError saving={saving} className="px-4 pb-2" />
      {settings.sources.length === 0 ? (
        <div className="mx-4 flex min-h-[168px] rounded-md border border-line bg-panel">
          <EmptyState
            icon={<Plug aria-hidden />}
            title={t("sources.none")}
            text={t("sources.noneText")}
            action={
              <Button look="primary" icon={<Plus aria-hidden />} onClick={add}>
                {t("sources.add")}
              </Button>
            }
          />
        </div>
      ) : (
        <ul aria-label={t("sources.list")} className="mx-4 rounded-md border border-line bg-panel">
          {settings.sources.map((source) => (
            <SourceLine
              key={source.id}
              source={source}
              busy={busy}
              onSignIn={() => signIn(source, false)}
              onReconnect={() => void run(() => host.call("reconnect", { source: source.id }))}
              onPause={(paused) => pause(source, paused)}
              onEdit={() => setOpen({ kind: "form", source })}
              onRemove={() => setOpen({ kind: "remove", source })}
              onSame={(other) => same(source, other)}
            />
          ))}
        </ul>
      )}
      <div className="mx-4 mt-2.5 flex items-center gap-3 rounded-md border border-dashed border-line-strong px-3 py-2">
        <FlaskConical aria-hidden className="size-4 flex-none text-ink-3" />
        <p className="min-w-0 flex-1 text-[12px] leading-snug text-ink-2">{t("sources.demoText")}</p>
        {demo === undefined || demo.paused ? (
          <Button icon={<Play aria-hidden />} disabled={busy} onClick={startDemo}>
            {t("sources.demoStart")}
          </Button>
        ) : (
          <Button icon={<Pause aria-hidden />} disabled={busy} onClick={() => pause(demo, true)}>
            {t("sources.demoStop")}
          </Button>
        )}
      </div>
      {open === null && linked !== undefined && <Linked key={linked.id} source={linked} windowOpen={query.login === "window"} onClose={close} onSignIn={() => signIn(linked, true)} onEdit={() => setOpen({ kind: "form", source: linked })} />}
      {open?.kind === "form" && <SourceDialog key={open.source?.id ?? "new"} before={open.source} onClose={close} onSignIn={(source) => signIn(source, true)} />}
      {open?.kind === "sign_in" && <SignInDialog source={open.source} windowOpen={open.windowOpen} onClose={close} onEdit={() => setOpen({ kind: "form", source: open.source })} />}
      {open?.kind === "remove" && (
        <Remove
          source={open.source}
          onClose={close}
          onRemove={() => {
            close();
            void save({ sources: { [open.source.id]: null } });
          }}
        />
      )}
    </Section>
  );
}

/** The source that the address names. Which dialog it gets is decided once, when its state is known: a new token that is taken does not swap it under one's hands. */
function Linked({ source, windowOpen, onClose, onSignIn, onEdit }: { source: Source; windowOpen: boolean; onClose: () => void; onSignIn: () => void; onEdit: () => void }) {
  const state = useLive((live) => live.frame?.sources.find((each) => each.id === source.id)?.state);
  const [first, setFirst] = useState<boolean | null>(null);
  if (first === null && (state !== undefined || windowOpen)) setFirst(windowOpen || state?.kind === "needs_login");
  if (first === null) return null;
  return first ? <SignInDialog source={source} windowOpen={windowOpen} onClose={onClose} onEdit={onEdit} /> : <SourceDialog before={source} onClose={onClose} onSignIn={onSignIn} />;
}

function Remove({ source, onClose, onRemove }: { source: Source; onClose: () => void; onRemove: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("sources.removeTitle", { name: source.name })}
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="danger" onClick={onRemove}>
            {t("sources.remove")}
          </Button>
        </>
      }
    >
      <p className="text-ink-2">{t("sources.removeText")}</p>
    </Dialog>
  );
}
