"""Makes tokens with PyJWT.

stdin:  [{"alg": ..., "key": FILE, "header": {...}, "claims": {...}}, ...]
stdout: [TOKEN, ...]
"""

import json
import sys

import jwt


def make(wanted):
    with open(wanted["key"], "rb") as file:
        key = file.read()
    return jwt.encode(wanted["claims"], key, wanted["alg"], headers=wanted["header"])


json.dump([make(wanted) for wanted in json.load(sys.stdin)], sys.stdout)
