// How what the page knows is shown. All of it is put in as text, never as HTML.

/** An element with these children: texts and elements. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  made.append(...children);
  return made;
}

/** What a token is by: enough to tell it from another, too little to use it. */
export function shortened(text) {
  return text.length > 24 ? `${text.slice(0, 12)}…${text.slice(-4)}` : text;
}

/** An answer of the server. Tokens in it are shortened. */
export function answerView({ ok, status, body }) {
  const chip = element("span", { class: ok ? "status good" : "status bad" }, status || "none");
  const text = body && JSON.stringify(body, (_, value) => (typeof value === "string" ? shortened(value) : value), 1);
  return text ? [chip, element("code", {}, text.replaceAll(/\n */g, " "))] : [chip];
}

/** An answer in words, for those who hear the page. */
export function answerText(request, { status, body }) {
  const what = body?.error_description ?? body?.error ?? body?.message ?? "";
  return `${request}: ${status || "no answer"} ${what}`;
}

/** What a session in the memory of the page holds. */
export function bearerView({ accessToken, refreshToken, header, claims }) {
  const [head, payload, signature] = accessToken.split(".");
  return [
    element("h3", {}, "Access token"),
    element(
      "p",
      { class: "raw" },
      element("span", { class: "header" }, head),
      ".",
      element("span", { class: "payload" }, payload),
      ".",
      element("span", { class: "signature" }, signature),
    ),
    element("h4", { class: "header" }, "Header"),
    members(header),
    element("h4", { class: "payload" }, "Claims"),
    members(claims),
    element("h4", { class: "signature" }, "Signature"),
    element("p", { class: "hint" }, "Whoever has the public key can check it. This page only reads."),
    element("h3", {}, "Refresh token"),
    element("p", { class: "raw" }, shortened(refreshToken)),
    element("p", { class: "hint" }, "It says nothing, and is good for one use: to renew both."),
  ];
}

/** What a page can know of a session in cookies. */
export function cookieView({ cookies, csrfToken, claims }) {
  return [
    element("h3", {}, "Cookies that a script can read"),
    element("p", { class: "raw" }, cookies || "none"),
    element("p", { class: "hint" }, "Both tokens are in cookies that only the browser and the server see."),
    element("h3", {}, "CSRF token"),
    element("p", { class: "raw" }, shortened(csrfToken)),
    element("p", { class: "hint" }, "Goes with each request that changes something, in X-CSRF-Token."),
    element("h3", {}, "Claims"),
    element("p", { class: "hint" }, "As the server tells them."),
    members(claims),
  ];
}

/** What the names of the registered claims stand for. */
const MEANINGS = {
  alg: "algorithm",
  typ: "type",
  kid: "key",
  iss: "issuer",
  sub: "subject",
  aud: "audience",
  exp: "expires",
  nbf: "not before",
  iat: "issued",
  jti: "token id",
  sid: "session",
};

const DATES = ["exp", "nbf", "iat"];

function members(object) {
  const rows = Object.entries(object).flatMap(([name, value]) => {
    const meaning = MEANINGS[name];
    const title = meaning ? [name, " ", element("i", {}, meaning)] : [name];
    const date = DATES.includes(name) ? [" ", element("time", {}, time(value * 1000))] : [];
    return [
      element("dt", {}, ...title),
      element("dd", {}, typeof value === "string" ? value : JSON.stringify(value), ...date),
    ];
  });
  return element("dl", { class: "members" }, ...rows);
}

/** A time of day, in the user's own zone. */
export function time(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString();
}

/** Seconds as minutes and seconds: `14:59`. */
export function clock(seconds) {
  const whole = Math.ceil(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = two(whole % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${two(minutes)}:${rest}`;
}
