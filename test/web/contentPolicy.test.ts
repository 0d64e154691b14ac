// What a built page may load, by what it is built for.
import { expect, test } from "vitest";
import { policyOf } from "../../example/web/contentPolicy.js";

const ruleOf = (policy: string, name: string): string[] =>
  policy
    .split("; ")
    .find((rule) => rule.startsWith(`${name} `))!
    .split(" ")
    .slice(1);

test("no build lets anything run but its own files", () => {
  for (const environment of [{}, { VITE_CONVEX_URL: "https://tall-fox-1.convex.cloud" }]) {
    expect(ruleOf(policyOf(environment), "script-src")).toEqual(["'self'"]);
    expect(ruleOf(policyOf(environment), "default-src")).toEqual(["'none'"]);
    expect(ruleOf(policyOf(environment), "img-src")).not.toContain("*");
  }
});

test("a build for a deployment talks to that one, and to whom it is told", () => {
  const policy = policyOf({
    VITE_CONVEX_URL: "https://tall-fox-1.convex.cloud/",
    VITE_OIDC_AUTHORITY: "https://login.example.com/realms/one",
    VITE_CONNECT_TO: "https://id.example.com nonsense; https://a.example/path",
  });
  expect(ruleOf(policy, "connect-src")).toEqual([
    "'self'",
    "blob:",
    "https://tall-fox-1.convex.cloud",
    "wss://tall-fox-1.convex.cloud",
    "https://login.example.com",
    "https://id.example.com",
  ]);
  expect(ruleOf(policy, "frame-src")).toEqual(["https://login.example.com"]);
  expect(ruleOf(policy, "img-src")).toContain("https://tall-fox-1.convex.cloud");
});
