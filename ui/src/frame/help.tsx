// `?`: every key of the window.

import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Dialog, Kbd } from "@/parts";
import { PAGES } from "@/route/pages";

export function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open={open} onClose={onClose} title={t("frame.keys.title")} width={600}>
      <div className="grid grid-cols-2 gap-x-8">
        <Group title={t("frame.keys.everywhere")}>
          {PAGES.map(({ name, key }) => (
            <Line key={name} keys={["g", key]}>
              {t("frame.keys.go", { page: t(`frame.page.${name}`) })}
            </Line>
          ))}
          <Line keys={["Ctrl", "K"]}>{t("frame.keys.palette")}</Line>
        </Group>
        <Group title={t("frame.keys.lists")}>
          <Line keys={["j", "k"]}>{t("frame.keys.move")}</Line>
          <Line keys={["↵"]}>{t("frame.keys.open")}</Line>
          <Line keys={["⇧", "F10"]}>{t("frame.keys.menu")}</Line>
          <Line keys={["/"]}>{t("frame.keys.filter")}</Line>
          <Line keys={["␣"]}>{t("frame.keys.pause")}</Line>
          <Line keys={["a"]}>{t("frame.keys.approve")}</Line>
          <Line keys={["r"]}>{t("frame.keys.reject")}</Line>
          <Line keys={["c"]}>{t("frame.keys.claim")}</Line>
          <Line keys={["z"]}>{t("frame.keys.undo")}</Line>
          <Line keys={["e"]}>{t("frame.keys.acknowledge")}</Line>
          <Line keys={["s"]}>{t("frame.keys.snooze")}</Line>
          <Line keys={["["]}>{t("frame.keys.rail")}</Line>
          <Line keys={["Esc"]}>{t("frame.keys.close")}</Line>
          <Line keys={["?"]}>{t("frame.keys.help")}</Line>
        </Group>
      </div>
    </Dialog>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1 text-ink-3">{title}</h3>
      <dl className="grid grid-cols-[1fr_auto] items-center gap-y-px">{children}</dl>
    </section>
  );
}

function Line({ keys, children }: { keys: readonly string[]; children: ReactNode }) {
  return (
    <Fragment>
      <dt className="flex h-7 items-center">{children}</dt>
      <dd className="flex gap-1">
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </dd>
    </Fragment>
  );
}
