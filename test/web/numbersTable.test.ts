// A table of numbers: columns are told apart by where they stand, since two may have one name.
import "../react/rendering/dom.js"; // first: React's renderer looks for a document when it is loaded
import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import { expect, onTestFinished, test, vi } from "vitest";
import { NumbersTable, numberColumns } from "../../example/web/src/pages/usage/NumbersTable.js";
import { newContainer } from "../react/rendering/dom.js";

test("keeps every column where two have the same title", () => {
  vi.stubGlobal("ResizeObserver", Reflect.get(window, "ResizeObserver"));
  const complained = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const container = newContainer();
  const root = createRoot(container);
  onTestFinished(() => {
    root.unmount();
    complained.mockRestore();
    vi.unstubAllGlobals();
  });
  const show = (models: string[]) => {
    const cells = ["Monday", ...models.map((_, place) => String(place)), "9"];
    const columns = [{ title: "Day" }, ...numberColumns(...models, "In all")];
    const table = createElement(NumbersTable, {
      label: "Calls",
      minWidth: 100,
      columns,
      rows: [{ key: "monday", cells }],
    });
    flushSync(() => root.render(createElement(MantineProvider, { env: "test" }, table)));
    return [...container.querySelectorAll("tr")].map((row) =>
      [...row.querySelectorAll("th, td")].map((cell) => cell.textContent),
    );
  };
  expect(show(["echo", "echo", "other"])).toEqual([
    ["Day", "echo", "echo", "other", "In all"],
    ["Monday", "0", "1", "2", "9"],
  ]);
  expect(show(["other", "echo"])).toEqual([
    ["Day", "other", "echo", "In all"],
    ["Monday", "0", "1", "9"],
  ]);
  expect(complained).not.toHaveBeenCalled();
});
