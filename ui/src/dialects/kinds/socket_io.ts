// The venue platform.

import type { Dialect } from "../about/dialect";

export const dialect: Dialect = {
  place: 3,
  secret: "token",
  user: ["userId", "userName", "userRole"],
  userAsked: "first",
  origin: true,
  signInPage: false,
  wakes: false,
  turnsAway: [[/^未授权$/, { key: "signInRefused", field: "token" }]],
  words: {
    en: {
      title: "Venue platform",
      help: "Socket.IO. Its events are numbered, so a gap is noticed.",
      hint: "The token of your account, if the platform wants one.",
    },
    "zh-CN": {
      title: "场馆平台",
      help: "Socket.IO。事件带编号，缺了会发现。",
      hint: "你在该平台账号的令牌；平台不要求时留空。",
    },
  },
};
