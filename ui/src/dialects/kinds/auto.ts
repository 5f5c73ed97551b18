// Whatever the server turns out to be: what is filled in is kept, and asked for once the kind is known.

import type { Dialect } from "../about/dialect";

export const dialect: Dialect = {
  place: 0,
  secret: "either",
  user: ["userId", "userName", "userRole"],
  userAsked: "never",
  origin: true,
  signInPage: true,
  wakes: true,
  turnsAway: [],
  words: {
    en: {
      title: "Detect automatically",
      help: "The server is asked, and the kind is found out.",
      hint: "Whichever the server uses. Leave it empty if you do not know; the test will tell.",
    },
    "zh-CN": {
      title: "自动识别",
      help: "直接询问服务器，探明它的类型。",
      hint: "服务器用哪种就填哪种。不知道就先留空，测试会告诉你。",
    },
  },
};
