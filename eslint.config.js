import convex from "@convex-dev/eslint-plugin";
import js from "@eslint/js";
import jsdoc from "eslint-plugin-jsdoc";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** The rules that Convex recommends, for folders of Convex functions wherever they lie. */
const convexRules = Object.assign({}, ...convex.configs.recommended.map((config) => config.rules ?? {}));

/** Files longer than this hold a second idea; functions longer than this hide bugs. */
const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 60;

const forbidden = {
  exportAll: {
    selector: "ExportAllDeclaration",
    message: "List the exports by name: an index is a page someone reads.",
  },
  plainError: {
    selector: "ThrowStatement > NewExpression[callee.name='Error']",
    message: "Throw memoryError(code, message, data): callers tell errors apart by their code.",
  },
  builtInPaginate: {
    selector:
      "CallExpression[callee.property.name='paginate'] " +
      "MemberExpression[property.name='query']:matches([object.name='db'], [object.property.name='db'])",
    message: "Convex refuses .paginate() inside a component: read pages by index with take(n).",
  },
  openDoor: {
    selector:
      "CallExpression[callee.name=/^(query|mutation|action)$/]:not(:has(CallExpression[callee.name=/^(principal|admin|documentWriter|payer)$/]))",
    message:
      "Anyone on the internet can call this: call principal(ctx), admin(ctx), documentWriter(ctx) or payer(ctx), which throw for a stranger.",
  },
  testAlias: {
    selector: "ImportDeclaration[source.value='vitest'] > ImportSpecifier[imported.name='it']",
    message: "Tests are called test.",
  },
};

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "coverage/",
      ".cache/",
      ".demo/",
      ".dev/",
      "**/_generated/",
      "**/node_modules/",
      "test/types/fixtures/",
    ],
  },
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    // One program for all files, made once: the service that follows an editor's changes takes half as long again.
    languageOptions: { parserOptions: { project: "tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", { max: MAX_FILE_LINES }],
      "max-lines-per-function": ["error", { max: MAX_FUNCTION_LINES }],
      "max-depth": ["error", 3],
      complexity: ["error", 12],
      "max-params": ["error", 3],
      "no-restricted-syntax": ["error", forbidden.exportAll],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // A handler is async by contract, whether or not it awaits.
      "@typescript-eslint/require-await": "off",
      // An empty union member or interface says something to a reader.
      "@typescript-eslint/no-empty-object-type": ["error", { allowInterfaces: "with-single-extends" }],
    },
  },
  {
    name: "the package",
    files: ["src/**/*.{ts,tsx}"],
    plugins: { jsdoc },
    rules: {
      "no-restricted-syntax": ["error", forbidden.exportAll, forbidden.plainError],
      "jsdoc/require-jsdoc": [
        "error",
        {
          publicOnly: true,
          require: {
            ArrowFunctionExpression: true,
            ClassDeclaration: true,
            FunctionDeclaration: true,
            MethodDefinition: true,
          },
          checkConstructors: false,
        },
      ],
      "jsdoc/no-bad-blocks": "error",
    },
  },
  {
    name: "the component",
    files: ["src/component/**/*.ts"],
    plugins: { "@convex-dev": convex },
    rules: {
      ...convexRules,
      "@convex-dev/no-collect-in-query": "error",
      "no-restricted-syntax": ["error", forbidden.exportAll, forbidden.plainError, forbidden.builtInPaginate],
    },
  },
  {
    name: "the example's Convex functions",
    files: ["example/convex/**/*.ts"],
    plugins: { "@convex-dev": convex },
    rules: {
      ...convexRules,
      "@convex-dev/no-collect-in-query": "error",
      "no-restricted-syntax": ["error", forbidden.exportAll, forbidden.openDoor],
    },
  },
  {
    name: "React",
    files: ["src/react/**/*.{ts,tsx}", "example/web/**/*.{ts,tsx}"],
    extends: [reactHooks.configs.flat["recommended-latest"]],
  },
  {
    name: "what people touch",
    files: ["example/web/**/*.tsx"],
    extends: [jsxA11y.flatConfigs.recommended],
    rules: {
      // What scrolls must be reached by the keyboard; its role says what it is.
      "jsx-a11y/no-noninteractive-tabindex": [
        "error",
        { tags: [], roles: ["tabpanel", "region", "group"], allowExpressionValues: true },
      ],
    },
  },
  {
    name: "tests",
    files: ["test/**/*.{ts,tsx}"],
    rules: {
      // A describe callback is a chapter, not a function; its file is still held to the limit.
      "max-lines-per-function": "off",
      "no-restricted-syntax": ["error", forbidden.exportAll, forbidden.testAlias],
    },
  },
  {
    name: "plain JavaScript configuration",
    files: ["*.js", "*.cjs"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { module: "writable", require: "readonly" } },
  },
  {
    name: "code that hooks into others' objects",
    files: ["host/**/*.ts"],
    // A replaced method is called on the object that it was taken from.
    rules: { "@typescript-eslint/unbound-method": "off" },
  },
  { name: "Node scripts", files: ["scripts/**/*.mjs"], rules: { "no-undef": "off" } },
);
