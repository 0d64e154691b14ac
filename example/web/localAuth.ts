// Stands in for the host's own issuer until the host has one.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { makeToken } from "../../host/identity.js";

const USERS = [
  { subject: "ada", name: "Ada", role: "admin" },
  { subject: "ben", name: "Ben", role: "member" },
];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader("content-type", "application/json");
  if (request.method !== "POST") {
    response.end(JSON.stringify({ users: USERS }));
    return;
  }
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const { subject } = JSON.parse(body) as { subject: string };
  const user = USERS.find((one) => one.subject === subject);
  if (user === undefined) response.statusCode = 404;
  response.end(JSON.stringify({ token: user && makeToken({ ...user, issuer: undefined, tenant: "demo" }) }));
}

const handler: Connect.NextHandleFunction = (request, response, next) => {
  if (request.url?.startsWith("/local-auth") === true) void answer(request, response);
  else next();
};

export const localAuth = (): Plugin => ({
  name: "local-auth",
  configureServer: (server) => void server.middlewares.use(handler),
  configurePreviewServer: (server) => void server.middlewares.use(handler),
});
