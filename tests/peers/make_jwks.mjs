// Makes a JWK set with jose.
//
// stdin:  [{"alg": ..., "key": FILE, "kid": ...}, ...], public keys
// stdout: {"keys": [...]}

import { readFileSync } from "node:fs";
import { exportJWK, importSPKI } from "jose";

async function make({ alg, key, kid }) {
  const publicKey = await importSPKI(readFileSync(key, "utf8"), alg, { extractable: true });
  return { kid, alg, use: "sig", ...(await exportJWK(publicKey)) };
}

const wanted = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify({ keys: await Promise.all(wanted.map(make)) }));
