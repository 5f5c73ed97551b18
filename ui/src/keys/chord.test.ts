import { describe, expect, it } from "vitest";
import { activates, isTyping, step } from "./chord";

const key = (name: string, mods: Partial<{ ctrl: boolean; meta: boolean; alt: boolean }> = {}) => ({ key: name, ctrl: false, meta: false, alt: false, ...mods });

describe("keys", () => {
  it("make a chord of g and a letter", () => {
    const first = step(null, key("g"), 0);
    expect(first).toEqual({ chord: { first: "g", at: 0 }, name: null });
    expect(step(first.chord, key("i"), 400)).toEqual({ chord: null, name: "g i" });
  });

  it("forget a chord that waits too long", () => {
    expect(step({ first: "g", at: 0 }, key("a"), 2_000).name, "a then approves, it does not go").toBe("a");
  });

  it("have names that bindings can spell", () => {
    expect([step(null, key(" "), 0).name, step(null, key("?"), 0).name, step(null, key("k", { ctrl: true }), 0).name, step(null, key("k", { meta: true }), 0).name]).toEqual(["Space", "?", "Ctrl+k", "Ctrl+k"]);
  });

  it("leave Alt to the system's menus", () => {
    expect(step(null, key("a", { alt: true }), 0).name).toBeNull();
  });

  it("stay the list's while a tick box has the focus, all but Space", () => {
    document.body.innerHTML = `<input type="checkbox" id="tick"><input type="radio" id="radio"><div role="dialog"><input type="checkbox" id="inside"></div>`;
    const at = (id: string) => document.getElementById(id);
    expect([isTyping(at("tick")), isTyping(at("radio")), isTyping(at("inside"))]).toEqual([false, false, true]);
    expect([activates("Space", at("tick")), activates("Enter", at("tick")), activates("a", at("tick"))]).toEqual([true, false, false]);
  });

  it("are not taken from a field, nor Space from a button", () => {
    document.body.innerHTML = `<input id="field"><button id="button"></button><div role="dialog"><p id="inside"></p></div><p id="page"></p>`;
    const at = (id: string) => document.getElementById(id);
    expect([isTyping(at("field")), isTyping(at("inside")), isTyping(at("page")), isTyping(null)]).toEqual([true, true, false, false]);
    expect([activates("Space", at("button")), activates("a", at("button")), activates("Space", at("page"))]).toEqual([true, false, false]);
  });
});
