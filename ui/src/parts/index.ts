// The parts that pages are made of. A page imports from here, never from another page.

export { AgedNote, Figure, type TileAge, useTileAge } from "./as-of";
export { Button, IconButton, Kbd } from "./button";
export { cx } from "./cx";
export { DomainMark, domainColour, kindRoom, KindTitle, linkTone, SeverityMark, severityInk, severitySoft, StateDot, type Tone, toneFill, toneInk } from "./marks";
export { LinkMark, LinkIcon, ProgressBar, useProgress, useProgressText } from "./link";
export { Dialog, Menu, Popover, PopoverClose, Tooltip, TooltipProvider } from "./overlay";
export { type Column, heaviest } from "./columns";
export { VirtualRows } from "./rows";
export { DoubtMark, FilledRow, GapRow, LateMark, RowSource } from "./rows-marks";
export { SectionHeader, SideLine } from "./section";
export { SOURCE_COLOURS, sourceColour, SourceMark, SourceName } from "./source";
export { Sparkline } from "./sparkline";
export { EmptyState, ErrorState, Skeleton, StaleBar } from "./states";
export { Tile } from "./tile";
export { Age, Change, changeOf, Delta, MainSum, Money, Moved, movedText, RowValue, Unread, useChangeText, useChangeWords, useOtherSums, valueText, widestAge } from "./values";
