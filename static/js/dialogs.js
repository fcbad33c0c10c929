// The drawer, the question and what is sent twice. Both dialogs are plain <dialog>s: the browser keeps focus inside and gives
// it back.

const drawer = document.getElementById("drawer");
const drawerBody = document.getElementById("drawer-body");
const question = document.getElementById("confirm");
let asked = null;

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== drawerBody) return;
  if (!drawer.open) drawer.showModal();
  drawerBody.focus({ preventScroll: true });
  drawer.scrollTop = 0; // what it is about stands at the top
});

drawer?.addEventListener("close", () => drawerBody.replaceChildren());

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog").close();
  if (event.target === drawer || event.target === question) event.target.close();
});

// A form with data-confirm is sent only after a yes. Without a script it is sent at once: the server can undo it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.confirm || form === asked || !question) return;
  event.preventDefault();
  event.stopPropagation();
  question.querySelector("#confirm-words").textContent = form.dataset.confirm;
  const yes = question.querySelector("#confirm-yes");
  if (form.dataset.confirmLabel) yes.textContent = form.dataset.confirmLabel;
  yes.onclick = () => {
    asked = form;
    question.close();
    form.requestSubmit(event.submitter ?? undefined);
    asked = null;
  };
  question.showModal();
}, true);

// A double click sends a form once: what follows at its heels is dropped. Without a script the server says what it found.
const HEELS = 1000; // milliseconds
const sentAt = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (event.timeStamp - (sentAt.get(form) ?? -Infinity) > HEELS) {
    sentAt.set(form, event.timeStamp);
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
