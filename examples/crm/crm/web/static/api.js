// The public API, seen from the browser.

const TOKEN = "crm.token";
let base = null;

export class ApiError extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.details = error.details ?? [];
  }
}

export const hasToken = () => sessionStorage.getItem(TOKEN) !== null;
export const forgetToken = () => sessionStorage.removeItem(TOKEN);

export async function logIn(email, password) {
  const session = await call("POST", "/login", { email, password });
  sessionStorage.setItem(TOKEN, session.token);
}

export async function logOut() {
  try {
    await call("DELETE", "/login");
  } finally {
    forgetToken();
  }
}

export const me = () => call("GET", "/me");
export const stages = async () => (await call("GET", "/stages")).items;
export const contacts = async () => (await call("GET", "/contacts?limit=100")).items;
export const deals = (query) => call("GET", `/deals?${new URLSearchParams(query)}`);
export const deal = (id) => call("GET", `/deals/${encodeURIComponent(id)}`);
export const changeDeal = (id, changes) => call("PATCH", `/deals/${encodeURIComponent(id)}`, changes);
export const addDeal = (body, key) => call("POST", "/deals", body, { "Idempotency-Key": key });
export const addTag = (id, tag) => call("POST", `/deals/${encodeURIComponent(id)}/tags`, tag);
export const removeTag = (id, tag) => call("DELETE", `/deals/${encodeURIComponent(id)}/tags/${encodeURIComponent(tag)}`);

async function call(method, path, body, headers = {}) {
  const token = sessionStorage.getItem(TOKEN);
  let response;
  try {
    base ??= (await (await fetch("config.json")).json()).api;
    response = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, { code: "unreachable", message: "The CRM cannot be reached. Check your connection and try again." });
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  throw new ApiError(response.status, answer?.error ?? { code: "nonsense", message: "The CRM gave an answer that makes no sense." });
}
