"""Writes what fuzzing begins with: seeds.py FOLDER [VECTORS…], to FOLDER/TARGET/.

From the test vectors and keys of this project, from the vectors of others below the other folders,
if they are there, and from what is below by hand.
"""

import base64
import hashlib
import json
import pathlib
import sys

HOME = pathlib.Path(__file__).resolve().parent.parent
ISSUER = "https://issuer.example.com"
AUDIENCE = "my-api"

# As long as what scripts/fuzz makes.
MAX_LEN = 8192



def variant(number, of):
    """One of so many, as the crate `arbitrary` reads it."""
    return ((number << 32) // of + 1).to_bytes(4, "little")


def send(which):
    return variant(0, 5) + variant(which, 3)


def forge(which, bit):
    return variant(1, 5) + variant(which, 3) + bit.to_bytes(2, "little")


def wait(seconds, power=0):
    return variant(2, 5) + bytes([seconds, power])


def serve(what):
    return variant(3, 5) + variant(what, 9)


def revoke(which, name):
    return variant(4, 5) + variant(which, 3) + variant(name, 3)


# What happens to a token, as `targets/layer` has it.
STEPS = [
    b"",
    send(0) + forge(0, 7) + send(1) + send(2) + serve(1) + wait(31) + send(2) + send(1),
    send(1) + serve(8) + wait(200, 2) + send(1) + serve(4) + wait(100, 1) + send(1) + serve(3) + wait(10),
    send(0) + revoke(0, 2) + send(0) + wait(60) + send(1) + revoke(1, 0) + send(1) + serve(2) + send(2),
    send(0) + revoke(0, 1) + wait(255, 4) + send(0) + revoke(2, 1) + serve(6) + send(2) + serve(7) + wait(9),
]

# What happens to refresh tokens, as `targets/refresh` has it.
ALICE, BOB = variant(0, 2), variant(1, 2)
BEGIN, USE, CHANGED, CUT, REVOKE, REVOKE_SUBJECT, WAIT = (variant(number, 7) for number in range(7))
FAMILIES = [
    BEGIN + ALICE + USE + b"\0" + USE + b"\1" + USE + b"\0" + USE + b"\2",
    BEGIN + BOB + CHANGED + b"\0\x05A" + BEGIN + BOB + CHANGED + b"\1\x3fA" + CUT + b"\1\x20",
    BEGIN + ALICE + WAIT + b"\x3b" + USE + b"\0" + WAIT + b"\x3b" + USE + b"\1" + WAIT + b"\x3d" + USE + b"\2",
    # A family that outlives what was remembered of its subject.
    REVOKE_SUBJECT + ALICE + WAIT + b"\xf0" + WAIT + b"\xe6" + BEGIN + ALICE + WAIT + b"\x14" + USE + b"\0",
    BEGIN + ALICE + BEGIN + BOB + REVOKE_SUBJECT + ALICE + USE + b"\0" + USE + b"\1" + REVOKE + b"\2" + USE + b"\2",
]

ALGORITHMS = ["HS256", "HS384", "HS512", "ES256", "Ed25519"]

CLAIMS = """{"iss":"%s","aud":["other","%s"],"sub":"alice","exp":1767229200,"nbf":1767225500.5,"iat":1767225600,
"jti":"j","sid":"s","scope":"read write","scp":["admin"],"realm_access":{"roles":["a","b"]}}""" % (ISSUER, AUDIENCE)

# What may stand where roles are looked for.
ROLES = ['{"roles":"a"}', '{"roles":["a",1,{"b":[]}]}', '{"roles":{"a":1}}', '{"roles":["a"],"roles":["b"]}', '{"x":1}', '"a"']

# As many unknown members and audiences as are taken, and one more.
MEMBERS = [",".join('"%s%d":%d' % (name, number, number) for number in range(count)) for name in "a\u00e9" for count in (256, 257)]
AUDIENCES = [",".join(['"a"'] * count) for count in (512, 513)]

# What stands at the ends of what is accepted.
TIMES = ['"exp":1767225540', '"exp":1767225541,"nbf":1767225660', '"exp":1767312000,"iat":1767225660', '"exp":1767312000.5']

HEADS = [
    "200",
    '200\ncache-control: max-age=300\netag: "a"',
    "200\ncache-control: public, max-age=100000, no-transform",
    "200\ncache-control: no-store",
    "200\ncache-control: max-age=300, no-cache",
    '200\ncache-control: MAX-AGE = "70"\ncache-control: max-age=1000000000000000000000000',
    "200\ncache-control: max-age=-1, s-maxage=5, max-age=+7\nage: 5",
    "304",
    "304\ncache-control: max-age=86400",
    "503\nretry-after: 30",
    "429\nretry-after: 99999999999999999999",
    "503\nretry-after: Wed, 21 Oct 2026 07:28:00 GMT",
    "302\nlocation: https://issuer.example.com/",
]

URLS = [
    "https://issuer.example.com/jwks.json",
    "https://issuer.example.com",
    "https://keys.example.com/keys",
    "https://keys.example.com:8443/keys?a=b",
    "http://issuer.example.com/jwks",
    "http://localhost/jwks",
    "http://127.0.0.1:80/jwks",
    "https://127.1/jwks",
    "https://0x7f000001/jwks",
    "https://2130706433/jwks",
    "https://[::1]/jwks",
    "https://[::ffff:10.0.0.1]/jwks",
    "https://[64:ff9b::a00:1]/jwks",
    "https://[2606:4700::1111]/jwks",
    "http://[127.0.0.1]/jwks",
    "https://[8.8.8.8]/jwks",
    "https://[2001:db8::1]/jwks",
    "https://[2002:a00:1::1]/jwks",
    "https://[fe80::1%25eth0]/jwks",
    "https://169.254.169.254/latest",
    "https://user:password@keys.example.com/",
    "ftp://issuer.example.com/tenant/",
]

seeds = {}


def add(target, *parts):
    parts = [part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts]
    seeds.setdefault(target, set()).add(b"".join(parts))


def collect(name, value):
    """Takes of a file of vectors whatever looks like something to a target."""
    if isinstance(value, dict):
        if "kty" in value or "keys" in value:
            add("jwk_set", json.dumps(value))
        for member, below in value.items():
            collect(member, below)
    elif isinstance(value, list):
        for element in value:
            collect(name, element)
    elif isinstance(value, str):
        collect_text(name, value)


def collect_text(name, text):
    if "-----BEGIN" in text:
        add_pem(text)
    elif name.startswith("jwk") or name == "body":
        add("jwk_set", text)
    elif name.startswith("payload"):
        add_token('{"alg":"HS256"}', text)
    elif name == "base64":
        whole = base64.b64decode(text)
        add("jwk_set", '{"keys":[', whole, "]}")
        add_token('{"alg":"HS256"}', whole)
        add_token(whole, '{"exp":1}')
    elif text.count(".") == 2 and " " not in text:
        add("token", text)
        add("header", "\0Bearer ", text)
        header, payload, _ = text.split(".")
        try:
            add_token(decode(header), decode(payload))
        except ValueError:
            pass
    elif text.lower().startswith("bearer"):
        add("header", "\0", text)
        add("cookie", "a", text)


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def add_token(header, payload):
    """Adds a token by what is in it, made to be of the issuer that the targets trust."""
    header, payload = (part.encode() if isinstance(part, str) else part for part in (header, payload))
    add("token", header, b"\0", payload, b"\0signature")
    for family in [b"RS", b"PS", b"ES"]:
        header = header.replace(family, b"HS")
    payload = payload.replace(b"https://issuer.test/", ISSUER.encode()).replace(b"api://test", AUDIENCE.encode())
    for steps in STEPS[:2]:
        add("layer", header, b"\0", payload, b"\0", steps)


def add_pem(text):
    add("pem", text)
    add("pem", text, text)
    content = "".join(line for line in text.splitlines() if "-----" not in line)
    try:
        add("pem", base64.b64decode(content, validate=True))
    except ValueError:
        pass


def add_handwritten():
    for kind in map(chr, range(16)):
        add("header", kind, "Bearer abc.def.ghi")
        add("header", kind, "Basic abc\nBearer abc")
        add("header", kind, "\0")
    for name in ["", "session", "a b", "a=b", "~", "\xe4"]:
        add("cookie", "n", name)
    for line in ["cT", "aBearer T", "qt=T", "pchat, bearer.T", "xT", "ct=T", 'ct="T', "qa=b&t=T"]:
        for rest in ["", "\nm", "\nm\nfC", "\nct=\nqt\npbearer.\nx"]:
            add("cookie", line, rest)
    full = CLAIMS.replace(ISSUER, "https://issuer.test/").replace(AUDIENCE, "api://test")
    for tenant in ["null", "1"]:
        add("token", '{"alg":"ES256"}\0{"tenant":', tenant, ",", full[1:], "\0signature")
    for members in MEMBERS:
        add_token("{%s}" % members, "{}")
        add_token('{"alg":"HS256"}', CLAIMS[:-1] + "," + members + "}")
    for audiences in AUDIENCES:
        add_token('{"alg":"HS256"}', '{"aud":[%s]}' % audiences)
    for roles in ROLES:
        claims = CLAIMS.replace('{"roles":["a","b"]}', roles)
        for where in [claims, claims.replace("realm_access", "groups")]:
            add("layer", '{"alg":"HS256"}\0%s\0' % where, STEPS[1])
    for algorithm in ALGORITHMS:
        for times in TIMES:
            claims = '{"iss":"%s","aud":"%s","sub":"alice",%s}' % (ISSUER, AUDIENCE, times)
            add("layer", '{"alg":"%s"}\0%s\0' % (algorithm, claims), STEPS[1])
        for steps in STEPS:
            add("layer", '{"alg":"%s","kid":"k","typ":"at+jwt"}\0%s\0' % (algorithm, CLAIMS), steps)
    for first in HEADS:
        for then in HEADS:
            add("cache_headers", first, "\0", then)
    for url in URLS:
        for kind in map(chr, [0, 1, 2, 4, 8]):
            document = '{"issuer":"%s","jwks_uri":"%s","scopes":["a",1e5]}'
            add("discovery", kind, "\0", document % (ISSUER, url))
            add("discovery", kind, url, "\0", document % (url, url))
        document = '{"issuer":"%s","jwks_uri":"%s"}'
        add("discovery", "\0\0", document % (ISSUER + "/", url))
        add("discovery", "\x10\0", document % (ISSUER, url + "?secret=hunter2hunter2"))
    for text in ["", "tbr_", "tbr_" + "A" * 64]:
        for steps in FAMILIES:
            add("refresh", text, "\0__Secure-refresh=", text, "\0", steps)


def files(folder, pattern):
    return sorted(pathlib.Path(folder).rglob(pattern))


def main(folder, *vectors):
    for place in [HOME / "tests/vectors/derived", *vectors]:
        for file in files(place, "*.json"):
            collect("", json.loads(file.read_bytes()))
    for place in ["tests/it/fixtures", "src/test_util/keys"]:
        for file in files(HOME / place, "*.pem"):
            add_pem(file.read_text())
    add_handwritten()
    for target, inputs in seeds.items():
        place = pathlib.Path(folder, target)
        place.mkdir(parents=True, exist_ok=True)
        for seed in inputs:
            if len(seed) <= MAX_LEN:
                (place / ("seed-" + hashlib.sha256(seed).hexdigest()[:16])).write_bytes(seed)


main(*sys.argv[1:])
