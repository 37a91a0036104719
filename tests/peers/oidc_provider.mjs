// An OpenID provider: oidc-provider behind a server that can be told to misbehave.
//
// node oidc_provider.mjs [--path PATH] [--tls CERTIFICATE KEY] [--oauth] [--algorithm ALG]...
//
// stdout: first `listening on ISSUER`, then one line for each line of stdin
// stdin:  rotate    sign with new keys, go on to publish the others: `rotated`
//         withdraw  publish only the keys that sign: `withdrawn`
//         hang      do not answer at the JWKS endpoint: `hanging`
//         fail      answer there with 500: `failing`
//         down      hang up on everybody: `down`
//         ok        be well again, and answer what hangs: `ok`
//         count     tell how often the endpoints were asked: `{"discovery": …, "jwks": …}`
//
// It ends with its stdin. It has a key for each algorithm, or else one for ES256. The client
// `peers` with the secret `secret` gets tokens for the resource `urn:peers:ALG`, which are signed
// by that algorithm. The audience of all is `peers`, the scopes are `read` and `write`.

import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { exportJWK, generateKeyPair } from "jose";

const OPENID = "/.well-known/openid-configuration";
const OAUTH = "/.well-known/oauth-authorization-server";

// Its advice for production, some of it on stdout, begins when it is imported.
console.info = console.warn = () => {};
const { Provider } = await import("oidc-provider");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    path: { type: "string", default: "" },
    tls: { type: "boolean", default: false },
    // Metadata by RFC 8414 only, at the place that it names.
    oauth: { type: "boolean", default: false },
    algorithm: { type: "string", multiple: true, default: ["ES256"] },
  },
});
const [certificate, key] = positionals;

const counts = { discovery: 0, jwks: 0 };
const sockets = new Set();
let state = "ok";
let hanging = [];
let generation = 0;
let signing = [];
let published = [];
let answer;

const server = values.tls
  ? https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, handle)
  : http.createServer(handle);
server.on("connection", (socket) => {
  if (state === "down") {
    socket.destroy();
    return;
  }
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
});

await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = values.tls ? "https://localhost" : "http://127.0.0.1";
const issuer = `${origin}:${server.address().port}${values.path}`;
await rotate();
console.log(`listening on ${issuer}`);

for await (const line of createInterface({ input: process.stdin })) {
  console.log(await obey(line));
}
process.exit();

async function obey(command) {
  switch (command) {
    case "rotate":
      await rotate();
      return "rotated";
    case "withdraw":
      published = signing;
      serve();
      return "withdrawn";
    case "hang":
      state = "hang";
      return "hanging";
    case "fail":
      state = "fail";
      return "failing";
    case "down":
      state = "down";
      sockets.forEach((socket) => socket.destroy());
      return "down";
    case "ok":
      state = "ok";
      hanging.forEach((resume) => resume());
      hanging = [];
      return "ok";
    case "count":
      return JSON.stringify(counts);
    default:
      return `no command: ${command}`;
  }
}

async function rotate() {
  generation += 1;
  signing = await Promise.all(values.algorithm.map(makeKey));
  published = [...signing, ...published];
  serve();
}

async function makeKey(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: "sig", kid: `${alg}-${generation}` };
}

// A provider takes its keys when it is made, so that new keys make a new one.
function serve() {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "peers",
        client_secret: "secret",
        grant_types: ["client_credentials"],
        id_token_signed_response_alg: signing[0].alg,
        redirect_uris: [],
        response_types: [],
        scope: "read write",
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_context, resource) {
          const alg = resource.replace("urn:peers:", "");
          const { kid } = signing.find((key) => key.alg === alg);
          return {
            scope: "read write",
            audience: "peers",
            accessTokenFormat: "jwt",
            accessTokenTTL: 300,
            jwt: { sign: { alg, kid } },
          };
        },
      },
    },
    jwks: { keys: published },
    scopes: ["read", "write"],
  });
  answer = provider.callback();
}

function handle(request, response) {
  const path = providerPath(request.url);
  if (path === undefined) {
    response.writeHead(404).end();
    return;
  }
  // What is before the path of the provider is found by this, as Express has it.
  request.originalUrl = values.path + path;
  request.url = path;
  const resume = () => answer(request, response);

  if (path === OPENID) {
    counts.discovery += 1;
  }
  if (path === "/jwks") {
    counts.jwks += 1;
    if (state === "hang") {
      hanging.push(resume);
      return;
    }
    if (state === "fail") {
      response.writeHead(500).end();
      return;
    }
  }
  resume();
}

// The path of a URL within the provider.
function providerPath(url) {
  if (values.oauth && url === OAUTH + values.path) {
    return OPENID;
  }
  if (!url.startsWith(`${values.path}/`)) {
    return undefined;
  }
  const path = url.slice(values.path.length);
  return values.oauth && path === OPENID ? undefined : path;
}
