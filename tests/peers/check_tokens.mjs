// Checks tokens with jose: the same stdin and stdout as check_tokens.py.

import { readFileSync } from "node:fs";
import { importSPKI, jwtVerify } from "jose";

async function check({ alg, key, token, issuer, audience }) {
  const bytes = readFileSync(key);
  const verifyingKey = alg.startsWith("HS") ? bytes : await importSPKI(bytes.toString(), alg);
  try {
    const options = { algorithms: [alg], issuer, audience };
    const { payload } = await jwtVerify(token, verifyingKey, options);
    return { claims: payload };
  } catch (error) {
    return { error: `${error.code}: ${error.message}` };
  }
}

const given = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(await Promise.all(given.map(check))));
