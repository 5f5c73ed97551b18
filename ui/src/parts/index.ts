// The parts that pages are made of. A page imports from here, never from another page.

export { Figure, type TileAge, useAgedNote, useTileAge } from "./as-of";
export { Button, buttonClass, IconButton, Kbd } from "./button";
export { cx } from "./cx";
export { DomainMark, domainColour, kindRoom, KindTitle, linkTone, SeverityMark, severityInk, severitySoft, StateDot, type Tone, toneFill, toneInk } from "./marks";
export { LinkMark, LinkIcon, ProgressBar, useProgress, useProgressText } from "./link";
export { Dialog, Menu, Popover, PopoverClose, Tooltip, TooltipProvider } from "./overlay";
export { codeIn, type Column, type Fit, fitted, heaviest, isExact, weight } from "./columns";
export { Cells, VirtualRows } from "./rows";
export { Line, type Parts } from "./line";
export { Named } from "./named";
export { Fitting, MainSum } from "./fitting";
export { DoubtMark, FilledRow, GapRow, LateMark, RowSource } from "./rows-marks";
export { SectionHeader, SideLine } from "./section";
export { SOURCE_COLOURS, sourceColour, SourceMark, SourceName } from "./source";
export { Sparkline } from "./sparkline";
export { EmptyState, ErrorState, Skeleton, StaleBar } from "./states";
export { Tile } from "./tile";
export { Age, Change, changeOf, Delta, Money, Moved, movedText, RowValue, Ticking, Unread, useChangeText, useChangeWords, useOtherSums, valueText, widestAge } from "./values";
