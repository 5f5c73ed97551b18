// The alert rules and the limits of the settings, one entry each. A test holds every rule and limit to its words.

export const rules = {
  rule: {
    low_stock: {
      name: "Low stock",
      text: "On hand is below the threshold",
      alert: "{{label}} is low",
      limit: "below {{n}} (default)",
    },
    approval_requested: {
      name: "Approval requested",
      text: "A document waits for approval",
      alert: "{{resource_type}} {{label}} awaits approval",
    },
    finance_overdue: {
      name: "Overdue money",
      text: "Money was reported overdue",
      alert: "{{amount}} overdue",
    },
    large_refund: {
      name: "Large refund",
      text: "A refund reaches this amount",
      alert: "Large refund {{amount}}",
      limit: "from {{n}}",
    },
    system_critical: {
      name: "Critical system alert",
      text: "The ERP raised a critical alert",
      alert: "{{label}}",
    },
    feed_stale: {
      name: "Feed stale",
      text: "A source gave no sign of life",
      alert: "Nothing new from {{label}}",
      limit: "silent for {{n}} s",
    },
    feed_quiet: {
      name: "No events",
      text: "A link is well, but brings nothing for longer than usual",
      alert: "No event from {{label}} for long",
    },
  },
  unknown: "{{label}}",
  fact: {
    onHand: "{{on_hand}} on hand, threshold {{threshold}}",
    hoursLeft: "sold out in {{hours}} at this pace",
    quiet: "the link answers; nothing came for {{age}}",
    requester: "asked by {{requester}}",
    count: "time {{n}}",
  },
  limit: {
    low_stock_threshold: {
      name: "Low stock",
      help: "Below this a product is low. A product may have its own on the Inventory page (so far {{n}})",
    },
    large_refund: {
      name: "Large refund",
      help: "Alerts from this amount on",
    },
    large_amount: {
      name: "Large amount",
      help: "From this amount on a record stands out in Finance",
    },
    stuck_after_minutes: {
      name: "Stuck orders",
      help: "In one unfinished state for longer than this",
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
