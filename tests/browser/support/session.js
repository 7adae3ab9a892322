// The way in for tests that look at the tracker's pages: an account, and the session of whoever logged
// in last. There is one at a time, as there is one tracker: a cookie goes by host, not by port.

export const NAME = 'tester';
export const PASSWORD = 'an account for tests';

let cookie = null;

// Takes the value of a Set-Cookie field, or null: from here on nobody is logged in.
export function rememberSession(field) {
  cookie = field?.split(';')[0] ?? null;
  return cookie;
}

// For fetch().
export function sessionFields() {
  return cookie === null ? {} : { Cookie: cookie };
}

// For a browser's context.
export function sessionCookies() {
  if (cookie === null) return [];
  const [name, value] = cookie.split('=');
  return [{ name, value, domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Lax' }];
}
