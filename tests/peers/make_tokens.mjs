// Makes tokens with jose: the same stdin and stdout as make_tokens.py.

import { readFileSync } from "node:fs";
import { importPKCS8, SignJWT } from "jose";

async function make({ alg, key, header, claims }) {
  const bytes = readFileSync(key);
  const signingKey = alg.startsWith("HS") ? bytes : await importPKCS8(bytes.toString(), alg);
  return new SignJWT(claims).setProtectedHeader({ alg, ...header }).sign(signingKey);
}

const wanted = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(await Promise.all(wanted.map(make))));
