// Goes through the page of `auth_server` in Chromium, as its users do: by mouse, by thumb and by
// keyboard. On standard input: where two servers are, the second with access tokens of five
// seconds, and the folder for the screenshots. What is not as it should be ends it with an error.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { chromium } from "playwright-core";

const { url, brief, folder } = JSON.parse(await text(process.stdin));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** What people look at it with. No phone is narrower than the last. */
const SCREENS = {
  "desk-light": { viewport: DESK, colorScheme: "light" },
  "desk-dark": { viewport: DESK, colorScheme: "dark" },
  "phone-light": { viewport: PHONE, colorScheme: "light", hasTouch: true },
  "phone-dark": { viewport: PHONE, colorScheme: "dark", hasTouch: true },
  narrow: { viewport: { width: 320, height: 640 }, hasTouch: true },
};
/** None of Chromium's own: it looks for nothing but the page. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A visit to the page, with a browser profile of its own. */
class Visit {
  #refused = [];
  #complaints = [];

  constructor(page, name) {
    this.page = page;
    this.name = name;
    page.on("pageerror", (error) => this.#complaints.push(error.message));
    page.on("response", (response) => {
      if (response.status() >= 400) {
        this.#refused.push(`${response.status()} ${new URL(response.url()).pathname}`);
      }
    });
    page.on("console", (message) => {
      // Chromium itself notes each refusal, whatever the page makes of it: those are told apart.
      const isRefusal = message.text().startsWith("Failed to load resource: the server responded");
      if (["error", "warning"].includes(message.type()) && !isRefusal) {
        this.#complaints.push(message.text());
      }
    });
  }

  static async begin(name, options = {}) {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(30_000);
    return new Visit(await context.newPage(), name);
  }

  button(name) {
    return this.page.getByRole("button", { name });
  }

  async signIn(username, password) {
    await this.page.getByLabel("User name").fill(username);
    await this.page.getByLabel("Password").fill(password);
    await this.button(/^Sign in$/).click();
  }

  async isSignedInAs(username) {
    await this.page.getByRole("heading", { name: username, exact: true }).waitFor();
  }

  async isSignedOut(notice) {
    await this.page.locator("#notice").getByText(notice).waitFor();
  }

  /** Calls a route, and waits for what it answers. */
  async call(route, status, text) {
    await this.button(`GET ${route}`).click();
    const answer = this.page.locator("#answer");
    await answer.filter({ hasText: text }).waitFor();
    assert.equal(await answer.locator(".status").innerText(), String(status), route);
  }

  /** That what a script can read holds no token, nor can be kept for another visit. */
  async keepsNothing() {
    const kept = await this.page.evaluate(() => [
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      window.name,
    ]);
    assert.deepEqual(kept, [{}, {}, "", ""]);
  }

  /** Looks at the page as it is now: a picture for people, and checks of what everybody needs. */
  async look(state) {
    await this.page.screenshot({ path: `${folder}/${state}-${this.name}.png`, fullPage: true });
    const tooWide = await this.page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    assert.equal(tooWide, 0, `${state} on ${this.name} scrolls sideways`);
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run());
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
    assert.deepEqual(found, [], `${state} on ${this.name}`);
  }

  /** That nothing was refused but this, and that nothing else was wrong. */
  async end(...refused) {
    assert.deepEqual(this.#refused, refused, this.name);
    assert.deepEqual(this.#complaints, [], this.name);
    await this.page.context().close();
  }
}

/** What is left of a token that has just come, on a machine that does other things as well. */
const FRESH = /^(15:00|14:5\d)$/;

async function bearerRound(name, screen) {
  const visit = await Visit.begin(name, screen);
  const { page } = visit;
  await page.clock.install();
  await page.goto(url);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await visit.look("bearer-1-sign-in");
  await visit.signIn("alice", "builder");
  await page.getByRole("alert").getByText("There is no such user with this password.").waitFor();
  await visit.look("bearer-2-wrong-password");

  await visit.button("bob builder").click();
  await visit.isSignedInAs("bob");
  await visit.call("/admin", 403, "insufficient_scope");
  await visit.button("Log out POST /logout").click();
  await visit.isSignedOut("You are signed out.");

  await visit.signIn("alice", "wonderland");
  await visit.isSignedInAs("alice");
  await visit.call("/protected", 200, '"message": "Welcome!", "user": "alice"');
  await visit.call("/profile", 200, '"username": "alice"');
  await visit.call("/admin", 200, "alice");
  const token = page.getByRole("region", { name: "What this page has" });
  await token.getByText("at+jwt").waitFor();
  await token.getByText("auth_server", { exact: true }).waitFor();
  assert.match(await page.getByRole("timer").innerText(), FRESH);
  assert.ok(await visit.button(/^Use an old refresh token/).isDisabled());
  await visit.look("bearer-3-signed-in");

  await page.clock.fastForward(841_000);
  await page.getByRole("status").getByText("The access token ends soon.").waitFor();
  await visit.look("bearer-4-ends-soon");
  await page.clock.fastForward(60_000);
  await page.getByRole("timer").getByText("expired").waitFor();
  await visit.look("bearer-5-expired");

  const before = await token.locator(".signature").first().innerText();
  await visit.button("Renew").click();
  await page.getByRole("timer").getByText(FRESH).waitFor();
  assert.notEqual(await token.locator(".signature").first().innerText(), before);
  await visit.call("/protected", 200, "alice");
  await visit.keepsNothing();

  await visit.button(/^Use an old refresh token/).click();
  await visit.isSignedOut("A refresh token came twice");
  await visit.look("bearer-6-family-ended");
  await visit.signIn("alice", "wonderland");
  await visit.isSignedInAs("alice");
  await visit.button(/^Log out everywhere/).click();
  await visit.isSignedOut("You are signed out, here and everywhere else.");
  await visit.keepsNothing();
  await visit.end("401 /login", "403 /admin", "401 /refresh", "401 /refresh");
}

async function cookieRound(name, screen) {
  const visit = await Visit.begin(name, screen);
  const { page } = visit;
  const context = page.context();
  const cookies = async () => {
    const all = await context.cookies([url, `${url}/session`]);
    return Object.fromEntries(all.map((cookie) => [cookie.name, cookie]));
  };
  await page.goto(url);
  await page.getByLabel("In cookies").check();
  await visit.look("cookie-1-sign-in");
  await visit.signIn("alice", "wonderland");
  await visit.isSignedInAs("alice");
  await visit.call("/protected", 200, '"message": "Welcome!", "user": "alice"');
  await visit.call("/profile", 200, '"username": "alice"');
  await visit.call("/admin", 200, "alice");
  await visit.look("cookie-2-signed-in");
  await visit.keepsNothing();
  const first = await cookies();
  assert.deepEqual(Object.keys(first).sort(), ["__Host-access", "__Secure-refresh"]);
  const expected = { httpOnly: true, secure: true, sameSite: "Lax" };
  for (const [cookie, path] of [["__Host-access", "/"], ["__Secure-refresh", "/session"]]) {
    const { httpOnly, secure, sameSite, path: actual } = first[cookie];
    assert.deepEqual({ httpOnly, secure, sameSite, path: actual }, { ...expected, path }, cookie);
  }

  await visit.button("Renew").click();
  await page.locator("#log li").filter({ hasText: "POST /session/refresh 200" }).waitFor();
  await visit.call("/protected", 200, "alice");
  const second = await cookies();
  for (const cookie of Object.keys(first)) {
    assert.notEqual(second[cookie].value, first[cookie].value, cookie);
  }

  // A page that is loaded anew goes on; also where the access token has gone meanwhile.
  await page.reload();
  await visit.isSignedInAs("alice");
  await context.clearCookies({ name: "__Host-access" });
  await page.reload();
  await visit.isSignedInAs("alice");
  await visit.keepsNothing();

  // What another site could have it send: the cookies go along, and nothing else.
  for (const path of ["/session/refresh", "/session/logout", "/logout-all"]) {
    const forged = await page.request.post(`${url}${path}`);
    assert.equal(forged.status(), 403, path);
  }
  await visit.call("/protected", 200, "alice");

  // Tokens of both kinds at once would be a malformed request.
  const other = new Visit(await context.newPage(), name);
  await other.page.goto(url);
  await other.signIn("bob", "builder");
  await other.isSignedInAs("bob");
  await other.call("/protected", 200, "bob");
  await other.button(/^Log out POST/).click();
  await other.isSignedOut("You are signed out.");

  // Somewhere else, alice ends all that she has begun.
  await other.signIn("alice", "wonderland");
  await other.isSignedInAs("alice");
  await other.button(/^Log out everywhere/).click();
  await other.isSignedOut("You are signed out, here and everywhere else.");
  // Chromium is slow where nobody looks.
  await other.page.close();
  await visit.call("/protected", 401, "invalid token");
  await visit.button("Renew").click();
  await visit.isSignedOut("The session has ended. Sign in again.");
  assert.deepEqual(await cookies(), {});

  await visit.signIn("alice", "wonderland");
  await visit.isSignedInAs("alice");
  await visit.button(/^Log out POST/).click();
  await visit.isSignedOut("You are signed out.");
  assert.deepEqual(await cookies(), {});
  await visit.look("cookie-3-signed-out");
  await visit.signIn("alice", "wonderland");
  await visit.isSignedInAs("alice");
  await visit.button(/^Log out everywhere/).click();
  await visit.isSignedOut("You are signed out, here and everywhere else.");
  assert.deepEqual(await cookies(), {});
  await visit.keepsNothing();
  await visit.end("401 /session/me", "401 /protected", "401 /session/refresh");
}

/** With the server's own clock: five seconds are soon over. */
async function expiry(mode, [username, password], refusal) {
  const visit = await Visit.begin(mode);
  await visit.page.goto(brief);
  await visit.page.getByLabel(mode).check();
  await visit.signIn(username, password);
  await visit.isSignedInAs(username);
  await visit.page.getByRole("timer").getByText("expired").waitFor();
  await visit.call("/protected", 401, refusal);
  await visit.button("Renew").click();
  await visit.call("/protected", 200, "Welcome!");
  await visit.page.getByRole("timer").getByText("expired").waitFor();
  // To sign out is possible all the same.
  await visit.button(/^Log out everywhere/).click();
  await visit.isSignedOut("You are signed out, here and everywhere else.");
  await visit.end("401 /protected");
}

async function keyboardOnly() {
  const visit = await Visit.begin("keyboard", { viewport: DESK });
  const { keyboard } = visit.page;
  const press = (key) => keyboard.press(key);
  /** Goes on with Tab until this is focused, and sees that each stop on the way is seen. */
  const tabTo = async (id) => {
    for (let stop = 0; stop < 20; stop += 1) {
      await press("Tab");
      const { focused, outline } = await visit.page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        const focused = document.activeElement.id || document.activeElement.dataset.call;
        return { focused, outline: outlineStyle === "solid" ? Number.parseFloat(outlineWidth) : 0 };
      });
      assert.ok(outline >= 2, `the focus on ${focused} is not seen`);
      if (focused === id) {
        return;
      }
    }
    assert.fail(`no way to ${id}`);
  };
  await visit.page.goto(url);
  await visit.page.getByRole("heading", { name: "Sign in" }).waitFor();
  await tabTo("username");
  await keyboard.type("alice");
  await tabTo("password");
  await keyboard.type("wonderland");
  await press("Enter");
  await visit.isSignedInAs("alice");
  await tabTo("renew");
  await press("Enter");
  await visit.page.locator("#log li").filter({ hasText: "POST /refresh 200" }).waitFor();
  await tabTo("/protected");
  await press("Space");
  await visit.page.locator("#answer").getByText("Welcome!").waitFor();
  await visit.page.getByRole("status").getByText("GET /protected: 200 Welcome!").waitFor();
  await visit.look("keyboard-1-focus");
  await tabTo("replay");
  await press("Enter");
  await visit.isSignedOut("A refresh token came twice");

  await tabTo("mode-bearer");
  await press("ArrowDown");
  assert.ok(await visit.page.getByLabel("In cookies").isChecked());
  await press("Shift+Tab");
  await press("Shift+Tab");
  await press("Shift+Tab");
  await keyboard.type("bob");
  await tabTo("password");
  await keyboard.type("builder");
  await press("Enter");
  await visit.isSignedInAs("bob");
  await tabTo("sign-out");
  await press("Enter");
  await visit.isSignedOut("You are signed out.");
  await visit.end("401 /refresh", "401 /refresh");
}

/** Who wants nothing to move, gets that. */
async function reducedMotion() {
  const visit = await Visit.begin("still", { reducedMotion: "reduce" });
  await visit.page.goto(url);
  await visit.button(/^Sign in$/).waitFor();
  const moving = await visit.page.evaluate(() =>
    [...document.querySelectorAll("*")].filter((element) => {
      const { transitionDuration, animationName } = getComputedStyle(element);
      return transitionDuration !== "0s" || animationName !== "none";
    }).length,
  );
  assert.equal(moving, 0);
  await visit.end();
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
try {
  for (const [name, screen] of Object.entries(SCREENS)) {
    await bearerRound(name, screen);
    await cookieRound(name, screen);
  }
  await Promise.all([
    expiry("In the memory of this page", ["alice", "wonderland"], "token expired"),
    // The browser has let go of the cookie by then.
    expiry("In cookies", ["bob", "builder"], "missing_token"),
  ]);
  await keyboardOnly();
  await reducedMotion();
} finally {
  await browser.close();
}
console.log(JSON.stringify("done"));
