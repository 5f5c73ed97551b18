// The writing platform.

import type { Dialect } from "../about/dialect";

export const dialect: Dialect = {
  place: 4,
  secret: "token",
  user: [],
  userAsked: "never",
  origin: true,
  signInPage: false,
  wakes: false,
  turnsAway: [[/^4401\b/, { key: "signInRefused", field: "token" }]],
  words: {
    en: {
      title: "Content hub",
      help: "The writing platform's notices and messages. No replay.",
      hint: "The access token of your account on the platform.",
    },
    "zh-CN": {
      title: "内容平台",
      help: "写作平台的通知与消息。无法补发。",
      hint: "你在该平台账号的访问令牌。",
    },
  },
};
