import { expect, it } from "vitest";
import { rewrite } from ".";

it("says more in the address of the page that is open, and leaves that of another alone", () => {
  const steps = window.history.length;
  window.location.hash = "#/events";
  rewrite("events", { filter: 'kind:"a b"' });
  expect(window.location.hash).toBe("#/events?filter=kind%3A%22a+b%22");
  rewrite("events");
  expect(window.location.hash).toBe("#/events");
  window.location.hash = "#/health";
  rewrite("events", { filter: "typed before" });
  expect(window.location.hash, "whoever goes on while they type is not taken back").toBe("#/health");
  expect(window.history.length - steps, "no step to go back to").toBe(2);
});
