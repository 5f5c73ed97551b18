// Messages by pigeon.

import type { Dialect } from "../about/dialect";

export const dialect: Dialect = {
  place: 5,
  secret: "token",
  user: [],
  userAsked: "never",
  origin: false,
  signInPage: false,
  wakes: false,
  turnsAway: [],
  words: {
    en: { title: "Pigeon loft", help: "One message per pigeon. No replay.", hint: "What the keeper calls you." },
    "zh-CN": { title: "鸽舍", help: "一鸽一信。无法补发。", hint: "饲养员对你的称呼。" },
  },
};
