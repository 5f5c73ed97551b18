// The alert rules and the limits of the settings, one entry each. A test holds every rule and limit to its words.

export const rules = {
  rule: {
    low_stock: {
      name: "Low stock",
      text: "On hand is below the threshold",
      alert: "Low stock: {{label}}",
      limit: "below {{n}} (default)",
    },
    approval_requested: {
      name: "Approval requested",
      text: "A document is waiting for approval",
      alert: "{{resource_type}} {{label}} awaits approval",
    },
    approval_due: {
      name: "Approval running out",
      text: "A request nears its deadline and still waits (Deadlines of approvals)",
      alert: "{{resource_type}} {{label}} is running out",
    },
    finance_overdue: {
      name: "Overdue payment",
      text: "The ERP reports a payment as overdue",
      alert: "Overdue: {{amount}}",
    },
    large_refund: {
      name: "Large refund",
      text: "A refund reaches this amount",
      alert: "Large refund: {{amount}}",
      limit: "from {{n}}",
    },
    system_critical: {
      name: "Critical system alert",
      text: "The ERP raised a critical alert",
      alert: "{{label}}",
    },
    feed_stale: {
      name: "Feed stale",
      text: "A source has given no sign of life for too long",
      alert: "{{label}} has stopped updating",
      limit: "silent for {{n}} s",
    },
    feed_quiet: {
      name: "No events",
      text: "The connection is up, but no events have come for longer than usual",
      alert: "No events from {{label}} for a while",
    },
  },
  unknown: "{{label}}",
  fact: {
    onHand: "{{on_hand}} on hand, threshold {{threshold}}",
    hoursLeft: "sold out in {{hours}} at this pace",
    quiet: "connection up; no events for {{age}}",
    timeLeft: "{{left}} left when told",
    requester: "requested by {{requester}}",
    count: "{{n}} time",
  },
  limit: {
    low_stock_threshold: {
      name: "Low stock",
      help_zero: "Below this a product counts as low. A product can have its own threshold on the Inventory page.",
      help_one: "Below this a product counts as low. A product can have its own threshold on the Inventory page; {{n}} product does.",
      help_other: "Below this a product counts as low. A product can have its own threshold on the Inventory page; {{n}} products do.",
    },
    large_refund: {
      name: "Large refund",
      help: "Alerts on refunds of this amount or more",
    },
    large_amount: {
      name: "Large amount",
      help: "Records of this amount or more stand out in Finance",
    },
    stuck_after_minutes: {
      name: "Stuck orders",
      help: "Orders that stay in one unfinished state for longer than this",
      wrong: "A whole number, at least 1 minute",
    },
    stale_after_seconds: {
      name: "Feed stale",
      help: "No sign of life from a source for longer than this",
      wrong: "A whole number, at least 5 seconds",
    },
  },
  unit: { pieces: "units", minutes: "minutes", seconds: "seconds" },
};
