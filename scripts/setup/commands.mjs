/**
 * How much must be ready before a command can run: the installed packages, or also generated code and `dist`.
 * @typedef {"installed" | "built"} Readiness
 */

/**
 * @typedef {object} Command
 * @property {string} tool the program: a name in node_modules/.bin
 * @property {string[]} args what it is given before the user's own arguments
 * @property {Readiness} readiness what it needs
 */

/** @type {Record<string, Command>} */
export const commands = {
  audit: { tool: "tsx", args: ["audit/main.ts"], readiness: "built" },
  build: { tool: "tsx", args: ["scripts/bundleSizes.ts"], readiness: "built" },
  bench: { tool: "tsx", args: ["bench/main.ts"], readiness: "built" },
  check: { tool: "tsx", args: ["scripts/check.ts"], readiness: "built" },
  codegen: { tool: "tsx", args: ["scripts/codegen.ts", "all"], readiness: "installed" },
  demo: { tool: "tsx", args: ["example/demo/main.ts"], readiness: "built" },
  dev: { tool: "tsx", args: ["scripts/dev.ts"], readiness: "built" },
  eval: { tool: "tsx", args: ["eval/main.ts"], readiness: "built" },
  format: { tool: "prettier", args: ["--write", "."], readiness: "installed" },
  lint: { tool: "eslint", args: ["."], readiness: "built" },
  "snapshot:schema": { tool: "tsx", args: ["scripts/schemaSnapshot.ts"], readiness: "installed" },
  soak: { tool: "tsx", args: ["soak/main.ts"], readiness: "built" },
  test: { tool: "tsx", args: ["scripts/test.ts"], readiness: "built" },
};
