"""Checks tokens with PyJWT, by the keys that their issuer publishes.

stdin:  {"jwks_uri": URL, "algorithms": [...], "issuer": ..., "audience": ..., "tokens": [...]}
stdout: [{"claims": {...}} or {"error": ...}, ...]
"""

import json
import sys

import jwt

given = json.load(sys.stdin)
known = set(jwt.algorithms.get_default_algorithms())
client = jwt.PyJWKClient(given["jwks_uri"])


def check(token):
    try:
        claims = jwt.decode(
            token,
            client.get_signing_key_from_jwt(token),
            algorithms=[name for name in given["algorithms"] if name in known],
            issuer=given["issuer"],
            audience=given["audience"],
        )
        return {"claims": claims}
    except jwt.PyJWTError as error:
        return {"error": repr(error)}


json.dump([check(token) for token in given["tokens"]], sys.stdout)
