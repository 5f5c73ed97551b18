export const parts = {
  link: {
    since: "The newest event is {{age}} old; this page stands where it was then.",
    nothing: "No event has come yet.",
    safe: "What was received is kept; the link goes on where it stopped.",
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
