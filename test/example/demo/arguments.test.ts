import { describe, expect, test } from "vitest";
import { parseArguments } from "../../../example/demo/arguments.js";
import { DemoError } from "../../../example/demo/demoError.js";

describe("the demo's command line", () => {
  test("may be empty", () => {
    expect(parseArguments([])).toEqual({
      json: false,
      crash: false,
      ask: [],
      documents: null,
      port: 0,
      budgetMicros: null,
      keep: false,
      help: false,
    });
  });

  test("takes questions in their order, beside everything else", () => {
    const argv = [
      "--json",
      "--crash",
      "--ask",
      "Why?",
      "--ask",
      "How?",
      "--documents",
      "notes",
      "--port",
      "3210",
    ];
    expect(parseArguments([...argv, "--keep", "--budget", "0.05"])).toEqual({
      json: true,
      crash: true,
      ask: ["Why?", "How?"],
      documents: "notes",
      port: 3210,
      budgetMicros: 50_000,
      keep: true,
      help: false,
    });
  });

  test.each([
    ["5", 5_000_000],
    [".25", 250_000],
    ["0.000001", 1],
  ])("takes %s as an amount of money", (amount, micros) => {
    expect(parseArguments(["--budget", amount]).budgetMicros).toBe(micros);
  });

  test.for([
    [["--nope"], /--nope/],
    [["file.md"], /file\.md/],
    [["--ask"], /--ask/],
    [["--ask", "  "], /--ask needs a question/],
    [["--documents", ""], /--documents needs a folder/],
    [["--port", "http"], /--port must be a number from 0 to 65535/],
    [["--port", "65536"], /--port must be a number from 0 to 65535/],
    [["--port", "-1"], /--port/],
    [["--budget"], /--budget/],
    [["--budget", "much"], /--budget must be an amount above 0 and up to 1000, .* not "much"/],
    [["--budget", "0"], /--budget must be an amount above 0/],
    [["--budget", ""], /--budget must be an amount/],
    [["--budget=-1"], /--budget must be an amount/],
    [["--budget", "1e3"], /--budget must be an amount/],
    [["--budget", "0.0000001"], /--budget must be an amount above 0 .* six decimals/],
    [["--budget", "1001"], /--budget must be an amount .* up to 1000/],
    [["--budget", "NaN"], /--budget must be an amount/],
  ] satisfies [string[], RegExp][])("tells in one line what is wrong with %j", ([argv, message]) => {
    const parse = () => parseArguments(argv);
    expect(parse).toThrow(DemoError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^[^\n]*$/);
  });
});
