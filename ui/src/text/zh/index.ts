// One file per page; a page adds its line here and in the other language. A test holds the two to the same keys.

import { common } from "./common";
import { events } from "./events";
import { frame } from "./frame";
import { overview } from "./overview";
import { words } from "./words";

export const zh = { common, events, frame, overview, words };
