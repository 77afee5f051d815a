// An OpenID provider written by others (npm oidc-provider), with one more door through which a test says how the
// next id tokens are to be spoiled. Prints its issuer when it listens; ends when its standard input does.
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { SignJWT, decodeJwt, exportJWK, importJWK } from "jose";
import { Provider } from "oidc-provider";

const told = JSON.parse(process.argv[2]);
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...(await exportJWK(privateKey)), kid: "one", alg: "RS256", use: "sig" };
const server = createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{ ...told.client, redirect_uris: [told.callback], token_endpoint_auth_method: "client_secret_basic" }],
  jwks: { keys: [key] },
  claims: { openid: ["sub"], profile: ["name"], email: ["email"], eduperson_entitlement: ["eduperson_entitlement"] },
  features: { introspection: { enabled: true }, revocation: { enabled: true }, devInteractions: { enabled: true } },
  pkce: { required: () => true },
  cookies: { keys: ["a-key-for-tests-only"] },
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: "Rosa Researcher", email: "rosa@example.org", eduperson_entitlement: told.groups }),
  }),
});

let spoil = {};
provider.use(async (ctx, next) => {
  if (ctx.path === "/spoil") {
    spoil = Object.fromEntries(new URLSearchParams(ctx.querystring));
    ctx.body = "";
    return;
  }
  await next();
  if (ctx.path === "/token" && ctx.body?.id_token && Object.keys(spoil).length) {
    ctx.body = { ...ctx.body, id_token: await spoiled(decodeJwt(ctx.body.id_token)) };
  }
});

async function spoiled(claims) {
  const { alg, ...changes } = spoil;
  const changed = { ...claims, ...changes };
  for (const name of ["exp", "iat"]) if (name in changes) changed[name] = Number(changes[name]);
  if (alg === "none") {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "none" })}.${part(changed)}.`;
  }
  return new SignJWT(changed).setProtectedHeader({ alg: "RS256", kid: "one" }).sign(await importJWK(key, "RS256"));
}

server.on("request", provider.callback());
process.stdin.resume().on("end", () => process.exit(0));
console.log(JSON.stringify({ issuer }));
