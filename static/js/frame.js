// The frame: theme switch, menus, messages, the first error, files dropped on a form.

const root = document.documentElement;
const YEAR = 31536000;

function switchTheme() {
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = root.dataset.theme || (systemIsDark ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=${YEAR}; samesite=lax`;
  document.body.dispatchEvent(new CustomEvent("theme-changed"));
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

function showToast(id) {
  const toasts = document.getElementById("toasts");
  const words = document.getElementById(id);
  if (!toasts || !words || toasts.querySelector(`[data-from="${id}"]`)) return;
  const note = words.content.firstElementChild.cloneNode(true);
  note.dataset.from = id;
  toasts.append(note);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) switchTheme();
  closeMenus(event.target.closest("details[data-menu]"));
  event.target.closest("[data-toast-close]")?.closest("[data-toast]")?.remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details[data-menu][open]");
  closeMenus();
  menu?.querySelector("summary").focus();
});

// A message of success goes by itself; what went wrong stays until it is dismissed.
const PASSING = "[data-toast].toast-note--success, [data-toast].toast-note--info";

function sendToastsAway(within) {
  const notes = [...within.querySelectorAll(PASSING)];
  if (within.matches?.(PASSING)) notes.push(within); // one that joined a page that was open
  for (const note of notes) sendAway(note, 8000);
}

function sendAway(note, milliseconds) {
  setTimeout(() => {
    if (note.matches(":hover, :focus-within")) sendAway(note, 1000);
    else note.remove();
  }, milliseconds);
}

// On a phone the filters fold away, unless one of them is in force.
const phone = matchMedia("(max-width: 30rem)");

function foldFilters(within) {
  for (const filters of within.querySelectorAll("details[data-filters]")) {
    const names = [...filters.querySelectorAll("[name]")].map((field) => field.name);
    const query = new URLSearchParams(location.search);
    filters.open = !phone.matches || names.some((name) => query.get(name));
  }
}

phone.addEventListener("change", () => foldFilters(document));

function begin(within) {
  foldFilters(within);
  sendToastsAway(within);
  within.querySelector("[data-focus-first]:not([data-sample] *)")?.focus();
}

begin(document);
document.body.addEventListener("htmx:load", (event) => begin(event.detail.elt));

// A session that has ended answers with the sign-in page: show it as a page, never inside a section.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const asked = new URL(requestConfig.path, location.href).pathname;
  const answered = xhr.responseURL ? new URL(xhr.responseURL).pathname : asked;
  if (answered !== asked && answered.startsWith("/accounts/")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
document.body.addEventListener("htmx:responseError", () => showToast("words-failed"));
document.body.addEventListener("htmx:sendError", () => showToast("words-offline"));

// Files dropped on a form go into its field.
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest?.("[data-dropzone]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("is-over", name === "dragover");
    const field = zone.querySelector("input[type=file]");
    if (name === "drop" && event.dataTransfer.files.length && field) {
      field.files = event.dataTransfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
