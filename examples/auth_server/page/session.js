// How a page keeps somebody signed in: by tokens of its own, or by cookies that it cannot read.
// Both kinds have the same methods. Each gives what the server answered: `{ ok, status, body }`.

/** Tokens in the memory of this page, and nowhere else: what can be stored can be stolen. */
export class BearerSession {
  #accessToken;
  #refreshToken;
  #usedRefreshToken;
  #lifetime = new Lifetime();

  constructor(send) {
    // Without the cookies that another visit may have left: two tokens are one too many.
    this.send = (method, path, options) => send(method, path, { ...options, credentials: "omit" });
  }

  /** A page that was just loaded has nothing. */
  async resume() {
    return false;
  }

  async signIn(username, password) {
    return this.#keep(await this.send("POST", "/login", { body: { username, password } }));
  }

  async renew() {
    const used = this.#refreshToken;
    const answer = await this.send("POST", "/refresh", { body: { refresh_token: used } });
    if (answer.ok) {
      this.#usedRefreshToken = used;
    }
    return this.#keep(answer);
  }

  call(path) {
    return this.send("GET", path, { headers: this.#authorization() });
  }

  signOut() {
    return this.send("POST", "/logout", { headers: this.#authorization() });
  }

  signOutEverywhere() {
    return this.send("POST", "/logout-all", { headers: this.#authorization() });
  }

  get canReplay() {
    return this.#usedRefreshToken !== undefined;
  }

  /** Uses a token again that was used, as a thief would. */
  replay() {
    return this.send("POST", "/refresh", { body: { refresh_token: this.#usedRefreshToken } });
  }

  /** What there is to see. */
  get view() {
    const [header, claims] = this.#accessToken.split(".").slice(0, 2).map(decode);
    return {
      user: claims.sub,
      roles: claims.roles ?? [],
      session: claims.sid,
      accessToken: this.#accessToken,
      refreshToken: this.#refreshToken,
      header,
      claims,
    };
  }

  get lifetime() {
    return this.#lifetime;
  }

  #authorization() {
    return { authorization: `Bearer ${this.#accessToken}` };
  }

  #keep(answer) {
    if (answer.ok) {
      this.#accessToken = answer.body.access_token;
      this.#refreshToken = answer.body.refresh_token;
      this.#lifetime = new Lifetime(answer.body.expires_in);
    }
    return answer;
  }
}

/** Tokens in cookies. All that the page knows is what the server tells, and a CSRF token. */
export class CookieSession {
  #csrfToken;
  #me;
  #lifetime = new Lifetime();

  constructor(send) {
    this.send = send;
  }

  /** Whether the cookies of an earlier visit are still good, if need be after renewing them. */
  async resume() {
    const answer = await this.#ask();
    return answer.ok || (this.#csrfToken !== undefined && (await this.renew()).ok);
  }

  async signIn(username, password) {
    return this.#begin(await this.send("POST", "/session/login", { body: { username, password } }));
  }

  async renew() {
    return this.#begin(await this.#post("/session/refresh"));
  }

  call(path) {
    return this.send("GET", path);
  }

  signOut() {
    return this.#post("/session/logout");
  }

  async signOutEverywhere() {
    const answer = await this.#post("/logout-all");
    // Whatever the cookies hold is worth nothing now, but only this takes them away.
    return answer.ok ? this.signOut() : answer;
  }

  /** No script has the token that was used. */
  get canReplay() {
    return false;
  }

  get view() {
    return {
      user: this.#me.user,
      roles: this.#me.roles,
      session: this.#me.claims.sid,
      claims: this.#me.claims,
      csrfToken: this.#csrfToken,
      cookies: document.cookie,
    };
  }

  get lifetime() {
    return this.#lifetime;
  }

  #post(path) {
    return this.send("POST", path, { headers: { "x-csrf-token": this.#csrfToken } });
  }

  /** The cookies are new: asks what is in them. */
  async #begin(answer) {
    this.#csrfToken = answer.body?.csrf_token ?? this.#csrfToken;
    return answer.ok ? this.#ask() : answer;
  }

  async #ask() {
    const answer = await this.send("GET", "/session/me");
    this.#csrfToken = answer.body?.csrf_token ?? this.#csrfToken;
    if (answer.ok) {
      this.#me = answer.body;
      this.#lifetime = new Lifetime(answer.body.expires_in);
    }
    return answer;
  }
}

/** How long a token is good, from now on, by this machine's clock: the server's may be another. */
class Lifetime {
  constructor(seconds = 0) {
    this.seconds = seconds;
    this.end = Date.now() + seconds * 1000;
  }

  /** The seconds that are left: 0 when it has ended. */
  get left() {
    return Math.max(0, (this.end - Date.now()) / 1000);
  }

  /** Whether it has ended, or will soon: in the last minute, or the last quarter of a short one. */
  get state() {
    if (this.left === 0) {
      return "over";
    }
    return this.left <= Math.min(60, this.seconds / 4) ? "soon" : "good";
  }
}

/** The JSON of a part of a token. Whether the signature fits is for others to check. */
function decode(part) {
  const letters = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
