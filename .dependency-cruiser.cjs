// The layers, one way down, with type imports counted:
// example → react, ai → client → component doors → model → tables; validators, shared and parts under all.
const door = "^src/component/(?!schema|convex\\.config)[^/]+\\.ts$";
/** Models that know no other domain; a domain's model may be several files that begin with its name. */
const leaves = "thread|file|ledger|operation|block|budget";
/** What any model may stand on. */
const foundations =
  "counts|currency|foldArming|operations|paging|priceReads|scopeAccess|sweeps|sweepBudget|threadAccess";
const aiSdk = "^(node_modules/)?(ai|@ai-sdk/[^/]+)(/|$)";

const forbid = (name, from, to) => ({ name, severity: "error", from, to });

/** Files under `from` may import, inside src/, only what `allowed` matches. */
const only = (name, from, allowed) => forbid(name, { path: from }, { path: "^src/", pathNot: allowed });

/** The npm package `name` may be imported only from files under `room`. */
const vendor = (name, room) =>
  forbid(
    `vendor-in-its-room:${room}`,
    { path: "^src/", pathNot: `^src/${room}` },
    { path: `^(node_modules/)?(${name})(/|$)` },
  );

module.exports = {
  forbidden: [
    // Codegen's api.ts names every function module, so cycles through it are expected; the soak's app writes its own.
    forbid("no-cycles", {}, { circular: true, viaOnly: { pathNot: "/_generated/|^soak/api\\.ts$" } }),
    only("validators-are-leaves", "^src/validators/", "^src/validators/"),
    forbid(
      "validators-know-only-convex",
      { path: "^src/validators/" },
      { path: "node_modules/", pathNot: "node_modules/convex/" },
    ),
    only("shared-is-pure", "^src/shared/", "^src/(shared|validators)/"),
    only("parts-sit-on-shapes", "^src/parts/", "^src/(parts|shared|validators)/"),
    only(
      "schema-knows-only-shapes",
      "^src/component/(schema\\.ts$|tables/)",
      "^src/(validators|component/tables)/",
    ),
    only(
      "model-sits-on-tables",
      "^src/component/model/",
      "^src/(component/(model/|_generated/|schema\\.ts)|parts/|shared/|validators/)",
    ),
    // What ends a thread ends what it holds: threadSweep belongs to retention. What passed a budget is told by hooks, and
    // what waits for one is a run.
    forbid(
      "model-leaves-stay-leaves",
      { path: `^src/component/model/(${leaves})(?!Sweep|Told|Wake)\\w*\\.ts$` },
      { path: "^src/component/model/", pathNot: `^src/component/model/($1\\w*|${foundations})\\.ts$` },
    ),
    forbid("doors-do-not-import-doors", { path: door }, { path: door }),
    forbid(
      "one-room-per-door",
      { path: "^src/component/([^/]+)\\.ts$" },
      { path: "^src/component/model/", pathNot: "^src/component/model/$1\\.ts$" },
    ),
    only(
      "client-sees-the-generated-type-only",
      "^src/client/",
      "^src/(client/|parts/|validators/|shared/|component/_generated/component\\.ts$)",
    ),
    only(
      "runtime-goes-through-the-client",
      "^src/ai/",
      "^src/(ai/|client/index\\.ts$|parts/|validators/|shared/)",
    ),
    only(
      "adapters-do-not-know-each-other",
      "^src/adapters/([^/]+)/",
      "^src/(adapters/$1/|client/index\\.ts$|parts/|validators/|shared/)",
    ),
    only("prices-are-data", "^src/prices/", "^src/(prices|validators)/"),
    only("react-stays-in-the-browser", "^src/react/", "^src/(react/|parts/|validators/|shared/)"),
    // Values of the AI SDK weigh 868 kB in every module that imports them; its types are free.
    forbid(
      "ai-sdk-values-only-in-ai",
      { path: "^src/", pathNot: "^src/ai/" },
      { path: aiSdk, dependencyTypesNot: ["type-only"] },
    ),
    forbid("ai-sdk-types-near-the-edge", { path: "^src/(validators|shared|component)/" }, { path: aiSdk }),
    vendor("react|react-dom", "react/"),
    vendor("@mastra/[^/]+", "adapters/mastra/"),
    vendor("@convex-dev/agent", "adapters/convexAgent/"),
    // "./test" is published as its source, so importing the package's test entry leads there.
    forbid(
      "outsiders-use-the-package",
      { path: "^(example|host|bench|eval|soak|audit)/" },
      { path: "^src/", pathNot: "^src/test\\.ts$" },
    ),
    forbid(
      "src-never-imports-tests",
      { path: "^src/", pathNot: "^src/(test\\.ts$|testing/)" },
      { path: "^(test/|src/test\\.ts$|src/testing/)" },
    ),
    forbid("nothing-unresolvable", { pathNot: "/_generated/" }, { couldNotResolve: true }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: ["node_modules", "^dist/"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["types", "import", "node", "default"],
    },
  },
};
