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
    expect(parseArguments([...argv, "--keep"])).toEqual({
      json: true,
      crash: true,
      ask: ["Why?", "How?"],
      documents: "notes",
      port: 3210,
      keep: true,
      help: false,
    });
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
  ] satisfies [string[], RegExp][])("tells in one line what is wrong with %j", ([argv, message]) => {
    const parse = () => parseArguments(argv);
    expect(parse).toThrow(DemoError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^[^\n]*$/);
  });
});
