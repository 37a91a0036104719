"""Checks tokens with PyJWT.

stdin:  [{"alg": ..., "key": FILE, "token": ..., "issuer": ..., "audience": ...}, ...]
stdout: [{"claims": {...}} or {"error": ...}, ...]
"""

import json
import sys

import jwt


def check(given):
    with open(given["key"], "rb") as file:
        key = file.read()
    try:
        claims = jwt.decode(
            given["token"],
            key,
            algorithms=[given["alg"]],
            issuer=given["issuer"],
            audience=given["audience"],
        )
        return {"claims": claims}
    except jwt.InvalidTokenError as error:
        return {"error": repr(error)}


json.dump([check(given) for given in json.load(sys.stdin)], sys.stdout)
