// The gateway.

import type { Dialect } from "../about/dialect";

export const dialect: Dialect = {
  place: 1,
  secret: "token",
  user: [],
  userAsked: "never",
  origin: false,
  signInPage: false,
  wakes: false,
  turnsAway: [
    [/^4005\b/, { key: "expired", field: "token" }],
    [/^450[03]\b/, { key: "signInRefused", field: "token" }],
    [/^4504\b/, { key: "limit", field: null }],
  ],
  words: {
    en: {
      title: "Watchdeck gateway",
      help: "Goes on where it stopped; no event is missing.",
      hint: "The token from whoever runs the gateway.",
    },
    "zh-CN": {
      title: "Watchdeck 网关",
      help: "断线后从原处续传，一个事件都不少。",
      hint: "向网关的管理员索取。",
    },
  },
};
