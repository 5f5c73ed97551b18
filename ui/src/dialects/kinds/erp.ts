// The ERP's own server.

import type { Dialect } from "../about/dialect";

export const dialect: Dialect = {
  place: 2,
  secret: "cookie",
  user: ["userId"],
  userAsked: "advanced",
  origin: true,
  signInPage: true,
  wakes: true,
  turnsAway: [
    [/^(No cookies provided|No session token found)$/, { key: "signInNone", field: "token" }],
    [/^Token expired$/, { key: "expired", field: "token" }],
    [/^Authentication failed( \(.*)?$/, { key: "signInEither", field: "token" }],
    [/^(Invalid token payload( \(.*)?|Invalid token|未授权)$/, { key: "signInRefused", field: "token" }],
    [/^禁止的来源( \(.*)?$/, { key: "origin", field: "origin" }],
  ],
  words: {
    en: {
      title: "ERP server",
      help: "The ERP's own WebSocket. No replay; possible gaps are marked.",
      hint: "From a browser signed in to the ERP: its session-token cookie, or the whole Cookie header.",
    },
    "zh-CN": {
      title: "ERP 服务器",
      help: "ERP 自带的 WebSocket。无法补发，可能的缺口会标出。",
      hint: "在浏览器里登录 ERP 后，复制 session-token Cookie，或整段 Cookie 请求头。",
    },
  },
};
