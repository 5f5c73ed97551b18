export const parts = {
  link: {
    others: "Also: {{states}}",
    since: "The newest event is {{age}} old; this page stands where it was then.",
    nothing: "No event has come yet.",
    safe: "What was received is kept; the link goes on where it stopped.",
  },
  row: {
    source: "from {{name}}",
    late: "late by {{age}}",
    lateHint: "Arrived more than a minute after it happened; it stands where it arrived",
    disorder: "out of order by {{age}}",
    disorderHint: "Something that happened later arrived earlier; it stands where it arrived",
    filled_one: "Gap filled from history: {{n}} event",
    filled_other: "Gap filled from history: {{n}} events",
  },
  progress: {
    rate: "{{n}} / s",
    left: "about {{age}} left",
    one: "Catching up: {{name}}",
    all: "Catching up, all sources",
    sources_one: "{{n}} source catches up",
    sources_other: "{{n}} sources catch up",
  },
  search: { clear: "Clear" },
  edit: {
    change: "Change {{label}}",
    number: "A number of zero or more",
    saved: "Saved",
    saving: "Saving",
  },
  delivery: { severity: "Severity", toast: "Notification", sound: "Sound", test: "Test" },
};
