// Ctrl+K: go anywhere, do anything, find a thing by its name or number, or filter the events by what was typed.

import { Command } from "cmdk";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx, Kbd } from "@/parts";
import type { Entry } from "./palette-entry";
import { useFixedGroups } from "./palette-fixed";
import { useFoundGroups } from "./palette-found";

export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return open ? <Open onClose={onClose} /> : null;
}

function Open({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const text = typed.trim();
  const fixed = useFixedGroups(text);
  const found = useFoundGroups(text);
  const groups = [...fixed, ...found];
  const able = groups.flatMap((group) => group.entries).filter((entry) => entry.stale !== true);
  // The first line is chosen, whatever comes before it, until somebody chooses another one for this text.
  const moved = useRef(false);
  const [picked, setPicked] = useState({ text, value: "" });
  const chosen = able.find((entry) => picked.text === text && entry.value === picked.value) ?? able[0];
  const choose = (entry: Entry) => {
    onClose();
    entry.onSelect();
  };
  return (
    <Command.Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      label={t("frame.palette.title")}
      shouldFilter={false}
      value={chosen?.value ?? ""}
      onValueChange={(value) => moved.current && setPicked({ text, value })}
      onKeyDown={(event) => {
        if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) || event.ctrlKey) moved.current = true;
      }}
      overlayClassName="fade-in fixed inset-0 z-40 bg-shade"
      contentClassName="fade-in fixed top-[14vh] left-1/2 z-50 flex max-h-[60vh] w-[560px] max-w-[calc(100vw-32px)] -translate-x-1/2 flex-col overflow-hidden rounded-md border border-line-strong bg-panel [&_[cmdk-root]]:flex [&_[cmdk-root]]:min-h-0 [&_[cmdk-root]]:flex-col"
    >
      <Command.Input
        autoFocus
        value={typed}
        onValueChange={(next) => {
          moved.current = false;
          setTyped(next);
        }}
        placeholder={t("frame.palette.placeholder")}
        className="h-11 w-full flex-none border-b border-line bg-transparent px-4 text-[14px] outline-none placeholder:text-ink-3"
      />
      <Command.List
        onPointerMove={() => {
          moved.current = true;
        }}
        className="min-h-0 flex-1 overflow-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-[11px] [&_[cmdk-group-heading]]:text-ink-3"
      >
        {groups.map((group) => (
          <Command.Group key={group.id} heading={group.heading}>
            {group.entries.map((entry) => (
              <Line key={entry.value} entry={entry} onSelect={() => choose(entry)} />
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command.Dialog>
  );
}

function Line({ entry, onSelect }: { entry: Entry; onSelect: () => void }) {
  const { icon, text, note, keys, stale = false } = entry;
  return (
    <Command.Item
      value={entry.value}
      disabled={stale}
      onSelect={onSelect}
      className={cx("flex h-8 items-center gap-2.5 rounded px-2.5 data-[selected=true]:bg-raised [&_svg]:size-4 [&_svg]:flex-none [&_svg]:text-ink-3", stale && "opacity-50")}
    >
      {icon}
      <span className="min-w-0 truncate">{text}</span>
      {note !== undefined && note !== "" && <span className="num min-w-0 flex-none truncate text-ink-3 max-w-[45%]">{note}</span>}
      {keys !== undefined && (
        <span className="ml-auto flex gap-1">
          {keys.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </span>
      )}
    </Command.Item>
  );
}
