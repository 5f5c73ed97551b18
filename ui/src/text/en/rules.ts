// The limits of the settings, one entry each, and what is said of every alert. A test holds each limit to its words.

export const rules = {
  fact: { count: "{{n}} time" },
  limit: {
    low_stock_threshold: {
      name: "Low stock",
      inRule: "threshold {{n}} (default)",
      help_zero: "Below this a product counts as low. A product can have its own threshold on the Inventory page.",
      help_one: "Below this a product counts as low. A product can have its own threshold on the Inventory page; {{n}} product does.",
      help_other: "Below this a product counts as low. A product can have its own threshold on the Inventory page; {{n}} products do.",
    },
    large_refund: {
      name: "Large refund",
      inRule: "large refund: {{n}}",
      help: "Alerts on refunds of this amount or more",
    },
    large_amount: {
      name: "Large amount",
      inRule: "large amount: {{n}}",
      help: "Records of this amount or more stand out in Finance",
    },
    stuck_after_minutes: {
      name: "Stuck orders",
      inRule: "stuck after {{n}} min",
      help: "Orders that stay in one unfinished state for longer than this",
      wrong: "A whole number, at least 1 minute",
    },
    stale_after_seconds: {
      name: "Feed stale",
      inRule: "stale after {{n}} s",
      help: "No sign of life from a source for longer than this",
      wrong: "A whole number, at least 5 seconds",
    },
  },
  unit: { pieces: "units", minutes: "minutes", seconds: "seconds" },
};
