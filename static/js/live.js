// Live refresh. The page asks for the version of its data every few seconds; when it has changed, `data-changed` is sent to
// the body and every section with hx-trigger="data-changed from:body" fetches itself. Figures that changed light up.
//
// GET <data-version-url>?since=<version>: 204 = unchanged, 200 {"version": "…"} = changed. Its header X-Unread is how many
// notifications wait: when that differs from what the bell shows, the bell follows and `inbox-changed` is sent to the body.

const main = document.querySelector("[data-version-url]");
const EVERY = Number(main?.dataset.versionEvery) || 3000; // milliseconds
const SLOWEST = 60000;
const note = document.getElementById("live-note");
let version = main?.dataset.version || "";
let wait = EVERY;
let timer = null;
let before = new Map();

function figures(within) {
  return [...within.querySelectorAll("[data-figure]")];
}

function remember() {
  before = new Map(figures(document).map((each) => [each.dataset.figure, each.textContent.trim()]));
}

function say() {
  const at = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  note.textContent = `${main.dataset.liveWords} ${at}`;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { note.textContent = ""; }, 6000);
}

function announce(next) {
  const isFirst = version === "";
  version = next;
  if (isFirst) return;
  remember();
  document.body.dispatchEvent(new CustomEvent("data-changed", { detail: { version } }));
  say();
}

function count(unread) {
  const mark = document.querySelector("[data-inbox-count]");
  if (unread === null || mark === null || mark.dataset.inboxCount === unread) return;
  mark.dataset.inboxCount = unread;
  mark.textContent = Number(unread).toLocaleString(document.documentElement.lang);
  mark.hidden = unread === "0";
  document.body.dispatchEvent(new CustomEvent("inbox-changed"));
}

async function look() {
  timer = null;
  try {
    const answer = await fetch(`${main.dataset.versionUrl}?since=${encodeURIComponent(version)}`, { headers: { Accept: "application/json" } });
    if (answer.redirected) return;
    if (!answer.ok) throw new Error(answer.status);
    count(answer.headers.get("X-Unread"));
    if (answer.status === 200) announce(String((await answer.json()).version));
    wait = EVERY;
  } catch {
    wait = Math.min(wait * 2, SLOWEST);
  }
  plan();
}

function plan() {
  if (!document.hidden && timer === null) timer = setTimeout(look, wait);
}

if (main) {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    timer = null;
    wait = EVERY;
    if (!document.hidden) look();
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    for (const each of figures(event.detail.elt.parentElement ?? document)) {
      const was = before.get(each.dataset.figure);
      if (was === undefined || was === each.textContent.trim()) continue;
      before.set(each.dataset.figure, each.textContent.trim());
      each.classList.add("is-changed");
      setTimeout(() => each.classList.remove("is-changed"), 2500);
    }
  });
  plan();
}
