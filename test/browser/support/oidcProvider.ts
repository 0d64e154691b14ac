// An OpenID Connect provider on this machine, which takes whoever comes for the same person.
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Signer } from "../../host/issuers.js";

const CORS = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
const TOKEN_LIFETIME_SECONDS = 3600;

export type ProviderUser = { sub: string; name: string } & Record<string, unknown>;

/** The authorization code flow with PKCE, refresh tokens and a way to sign out. */
export class OidcProvider {
  /** Grants of tokens so far, by kind. */
  readonly grants: string[] = [];
  readonly #challenges = new Map<string, string>();

  private constructor(
    private readonly server: Server,
    private readonly signer: Signer,
    private readonly person: { user: ProviderUser; clientId: string },
  ) {}

  static async start(user: ProviderUser, clientId: string): Promise<OidcProvider> {
    const signer = await Signer.create("RS256");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const provider = new OidcProvider(server, signer, { user, clientId });
    server.on("request", (request, response) => void provider.#answer(request, response));
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const json = (body: unknown) =>
      response.writeHead(200, { "content-type": "application/json", ...CORS }).end(JSON.stringify(body));
    const leadTo = (address: string | null, added: Record<string, string>) => {
      const target = new URL(address ?? "about:blank");
      for (const [name, value] of Object.entries(added)) target.searchParams.set(name, value);
      response.writeHead(302, { location: target.href }).end();
    };
    switch (pathname) {
      case "/.well-known/openid-configuration":
        return void json(this.#description());
      case "/keys":
        return void json(this.signer.publicKeys);
      case "/authorize": {
        const code = randomUUID();
        this.#challenges.set(code, searchParams.get("code_challenge") ?? "");
        return leadTo(searchParams.get("redirect_uri"), { code, state: searchParams.get("state") ?? "" });
      }
      case "/end":
        return leadTo(searchParams.get("post_logout_redirect_uri"), {});
      case "/token": {
        const tokens = request.method === "POST" ? await this.#grant(await bodyOf(request)) : {};
        return void json(tokens);
      }
      default:
        response.writeHead(404, CORS).end();
    }
  }

  #description() {
    const { url } = this;
    return {
      issuer: url,
      jwks_uri: `${url}/keys`,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      end_session_endpoint: `${url}/end`,
    };
  }

  async #grant(asked: URLSearchParams): Promise<object> {
    const kind = asked.get("grant_type") ?? "";
    const challenge = createHash("sha256")
      .update(asked.get("code_verifier") ?? "")
      .digest("base64url");
    if (kind === "authorization_code" && this.#challenges.get(asked.get("code") ?? "") !== challenge)
      return { error: "invalid_grant" };
    this.grants.push(kind);
    const claims = { ...this.person.user, iss: this.url, aud: this.person.clientId, jti: randomUUID() };
    return {
      id_token: await this.signer.sign(claims),
      access_token: randomUUID(),
      refresh_token: randomUUID(),
      token_type: "Bearer",
      expires_in: TOKEN_LIFETIME_SECONDS,
    };
  }
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return new URLSearchParams(text);
}
