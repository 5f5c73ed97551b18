// One file per page; a page adds its line here and in the other language. A test holds the two to the same keys.

import { absence } from "./absence";
import { alerts } from "./alerts";
import { approvals } from "./approvals";
import { common } from "./common";
import { events } from "./events";
import { failures } from "./failures";
import { finance } from "./finance";
import { frame } from "./frame";
import { handlers } from "./handlers";
import { health } from "./health";
import { inventory } from "./inventory";
import { keeping } from "./keeping";
import { orders } from "./orders";
import { outgoing } from "./outgoing";
import { overview } from "./overview";
import { parts } from "./parts";
import { rules } from "./rules";
import { settings } from "./settings";
import { sources } from "./sources";
import { words } from "./words";

export const en = { absence, alerts, approvals, common, events, failures, finance, frame, handlers, health, inventory, keeping, orders, outgoing, overview, parts, rules, settings, sources, words };
