// A text that arrives in pieces, in fake time.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { shownOf, SmoothTextStore } from "../../src/react/smoothTextStore.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function watch(store: SmoothTextStore) {
  const seen: number[] = [];
  const stop = store.subscribe(() => seen.push(store.getSnapshot()));
  return { seen, stop };
}

describe("a text shown at an even pace", () => {
  test("shows at once what was there at first, and what comes then bit by bit", () => {
    const store = new SmoothTextStore("Hello");
    const { seen } = watch(store);
    expect(store.getSnapshot()).toBe(5);
    const text = `Hello${" world".repeat(10)}`;
    store.receive(text, true);
    expect(store.getSnapshot()).toBe(5);
    vi.advanceTimersByTime(64);
    expect(store.getSnapshot()).toBeGreaterThan(5);
    expect(store.getSnapshot()).toBeLessThan(text.length);
    vi.advanceTimersByTime(1_000);
    expect(store.getSnapshot()).toBe(text.length);
    expect(seen.length).toBeGreaterThan(8);
    expect(seen).toEqual([...seen].sort((left, right) => left - right));
  });

  test("sets no timer while nothing is left to show, or nobody listens", () => {
    const store = new SmoothTextStore("");
    expect(vi.getTimerCount()).toBe(0);
    const { stop } = watch(store);
    expect(vi.getTimerCount()).toBe(0);
    store.receive("Some words.", true);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1_000);
    expect(vi.getTimerCount()).toBe(0);
    store.receive("Some words. And more.", true);
    stop();
    expect(vi.getTimerCount()).toBe(0);
    watch(store);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1_000);
    expect(store.getSnapshot()).toBe("Some words. And more.".length);
  });

  test("shows the whole text at once when it is no more smooth", () => {
    const store = new SmoothTextStore("");
    const { seen } = watch(store);
    store.receive("Some words.", true);
    store.receive("Some words. And the rest.", false);
    expect(seen).toEqual(["Some words. And the rest.".length]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each(["frames", "timers"])("draws with %s", (by) => {
    const draws: FrameRequestCallback[] = [];
    if (by === "timers") vi.stubGlobal("requestAnimationFrame", undefined);
    else {
      vi.stubGlobal("requestAnimationFrame", (draw: FrameRequestCallback) => draws.push(draw));
      vi.stubGlobal("cancelAnimationFrame", () => draws.splice(0));
    }
    const store = new SmoothTextStore("");
    watch(store);
    store.receive("Some words that come late.", true);
    expect(draws).toHaveLength(by === "frames" ? 1 : 0);
    vi.advanceTimersByTime(100);
    expect(store.getSnapshot() > 0).toBe(by === "timers");
    draws.pop()?.(0);
    expect(store.getSnapshot()).toBeGreaterThan(0);
  });

  test("keeps an emoji whole, also one that goes on in the next piece", () => {
    const store = new SmoothTextStore("");
    const { seen } = watch(store);
    const family = "👩\u200d👩\u200d👧\u200d👦";
    for (const text of [family.slice(0, 1), family.slice(0, 2), family.slice(0, 4), family, `${family} ok`]) {
      store.receive(text, true);
      vi.advanceTimersByTime(40);
      expect(shownOf(text, store.getSnapshot()).isWellFormed()).toBe(true);
    }
    vi.advanceTimersByTime(1_000);
    expect(seen.at(-1)).toBe(`${family} ok`.length);
  });

  test("shows another text at once, as when a component goes on with another thread", () => {
    const store = new SmoothTextStore("Hello.");
    watch(store);
    const another = "An answer of another thread, which was there before.";
    store.receive(another, true);
    expect(store.getSnapshot()).toBe(another.length);
    store.receive(`${another} And more.`, true);
    expect(store.getSnapshot()).toBe(another.length);
  });

  test("goes on where the half of a character at the end has become whole", () => {
    const store = new SmoothTextStore("Well \ufffd");
    watch(store);
    const whole = `Well 👍${" and more".repeat(9)}`;
    store.receive(whole, true);
    expect(store.getSnapshot()).toBeLessThan(whole.length);
  });

  test("of a text that was replaced shows no more than there is", () => {
    const store = new SmoothTextStore("A long text that is there.");
    watch(store);
    store.receive("Short.", true);
    expect(store.getSnapshot()).toBe(6);
    expect(shownOf("Sho", 6)).toBe("Sho");
  });
});
