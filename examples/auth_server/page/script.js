// The page: who is signed in, for how long still, and what the server says.

import { BearerSession, CookieSession } from "/session.js";
import { answerText, answerView, bearerView, clock, cookieView, element, shortened, time } from "/view.js";

const KINDS = {
  bearer: {
    Session: BearerSession,
    name: "bearer tokens",
    view: bearerView,
    signOut: "POST /logout",
    whyNoReplay: "There is one once you have renewed.",
  },
  cookie: {
    Session: CookieSession,
    name: "cookies",
    view: cookieView,
    signOut: "POST /session/logout",
    whyNoReplay: "No script can have copied one: they are in cookies that only the browser sees.",
  },
};
const PROMPTS = {
  good: "",
  soon: "The access token ends soon. Renew it to go on.",
  over: "The access token has expired: the server refuses it. Renew it to go on.",
};
/** Said where the server does not know the session any more. */
const ENDED = "The session has ended. Sign in again.";
/** A log that goes back further is of no use. */
const LOG_LENGTH = 20;

const at = (id) => document.getElementById(id);

let mode;
let session;

/** Sends a request to the server, and notes down what comes of it. */
async function send(method, path, { headers = {}, body, credentials = "same-origin" } = {}) {
  const init = { method, headers, credentials, cache: "no-store" };
  if (body !== undefined) {
    init.headers = { ...headers, "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let answer = { ok: false, status: 0, body: { error: "no answer from the server" } };
  try {
    const response = await fetch(path, init);
    const text = await response.text();
    answer = { ok: response.ok, status: response.status, body: text && JSON.parse(text) };
  } catch {
    // The server is away, or something before it answers: the log says so.
  }
  note(`${method} ${path}`, answer);
  return answer;
}

function note(request, answer) {
  const log = at("log");
  log.prepend(element("li", {}, element("b", {}, request), " ", ...answerView(answer)));
  while (log.children.length > LOG_LENGTH) {
    log.lastElementChild.remove();
  }
  at("log-section").hidden = false;
  at("told").textContent = answerText(request, answer);
}

function choose(chosen) {
  mode = chosen;
  session = new KINDS[mode].Session(send);
  at(`mode-${mode}`).checked = true;
  // Not a token, but what a page that is loaded anew has to know.
  history.replaceState(null, "", mode === "cookie" ? "#cookie" : location.pathname);
}

function showSignedOut(notice = "") {
  at("signed-in").hidden = true;
  at("signed-out").hidden = false;
  at("notice").textContent = notice;
  at("notice").hidden = notice === "";
  at("sign-in").reset();
  showSignInError("");
}

function showSignInError(text) {
  at("sign-in-error").textContent = text;
  at("password").setAttribute("aria-invalid", text !== "");
}

function showSignedIn() {
  const kind = KINDS[mode];
  const view = session.view;
  at("mode-name").textContent = kind.name;
  at("who").textContent = view.user;
  at("roles").replaceChildren(...view.roles.map((role) => element("li", {}, role)));
  at("session-id").textContent = shortened(view.session);
  at("until").textContent = `until ${time(session.lifetime.end)}`;
  at("sign-out-route").textContent = kind.signOut;
  at("replay").disabled = !session.canReplay;
  at("replay-hint").textContent = session.canReplay
    ? "As a thief would who has copied it. The server then ends the session: the thief's, and yours."
    : kind.whyNoReplay;
  at("token").replaceChildren(...kind.view(view));
  at("signed-out").hidden = true;
  at("signed-in").hidden = false;
  tick();
}

/** Shows how much time is left. What is told only changes when it matters. */
function tick() {
  const { left, seconds, state } = session.lifetime;
  at("countdown").textContent = state === "over" ? "expired" : clock(left);
  at("left").value = seconds > 0 ? left / seconds : 0;
  const ticket = at("ticket");
  if (ticket.dataset.state !== state) {
    ticket.dataset.state = state;
    at("prompt").textContent = PROMPTS[state];
  }
}

async function signIn() {
  const { username, password } = Object.fromEntries(new FormData(at("sign-in")));
  const answer = await session.signIn(username, password);
  if (answer.ok) {
    showSignedIn();
    at("who").focus();
    return;
  }
  showSignInError(
    answer.status === 401 ? "There is no such user with this password." : "The server does not answer as it should. Try again.",
  );
  at("password").focus();
}

async function renew() {
  const answer = await session.renew();
  if (answer.ok) {
    showSignedIn();
  } else if (answer.status === 401) {
    leave(ENDED);
  }
}

async function call(path) {
  const answer = await session.call(path);
  at("answer").replaceChildren(...answerView(answer));
}

async function signOut(everywhere) {
  // A token that has expired cannot end its session, but the next one can.
  if (session.lifetime.state === "over") {
    await session.renew();
  }
  const answer = await (everywhere ? session.signOutEverywhere() : session.signOut());
  if (answer.ok) {
    leave(everywhere ? "You are signed out, here and everywhere else." : "You are signed out.");
  } else if (answer.status === 401) {
    leave(ENDED);
  }
}

async function replay() {
  await session.replay();
  // The newest token was never used, and still it is not good any more.
  const answer = await session.renew();
  if (answer.status === 401) {
    leave("A refresh token came twice, so one of the two had stolen it. Not even the newest is good any more. Sign in again.");
  }
}

function leave(notice) {
  choose(mode);
  showSignedOut(notice);
  at("answer").replaceChildren();
  at("told").textContent = notice;
  at("sign-in-title").focus();
}

/** Does one thing at a time: two renewals at once would be a token used twice. */
function whenAsked(id, event, action) {
  at(id).addEventListener(event, async (happened) => {
    happened.preventDefault();
    const main = document.querySelector("main");
    if (main.ariaBusy === "true") {
      return;
    }
    main.ariaBusy = "true";
    try {
      await action(happened);
    } finally {
      main.ariaBusy = "false";
    }
  });
}

whenAsked("sign-in", "submit", signIn);
whenAsked("renew", "click", renew);
whenAsked("calls", "click", ({ target }) => {
  const button = target.closest("button");
  return button && call(button.dataset.call);
});
whenAsked("sign-out", "click", () => signOut(false));
whenAsked("sign-out-everywhere", "click", () => signOut(true));
whenAsked("replay", "click", replay);
at("modes").addEventListener("change", ({ target }) => choose(target.value));
at("demo").addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button) {
    at("username").value = button.dataset.username;
    at("password").value = button.dataset.password;
    at("sign-in").requestSubmit();
  }
});

choose(location.hash === "#cookie" ? "cookie" : "bearer");
if (await session.resume()) {
  showSignedIn();
} else {
  showSignedOut();
}
setInterval(tick, 250);
