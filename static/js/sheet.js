// The sheet of a quota plan: arrows move, typing edits, Enter stores. What the server answers is what is shown.

const sheet = document.querySelector("[data-sheet]");
const note = document.getElementById("sheet-note");
const status = document.getElementById("sheet-status");

function cells() {
  return [...sheet.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td[data-value]")]);
}

function place(cell) {
  const rows = cells();
  const row = rows.findIndex((each) => each.includes(cell));
  return { rows, row, column: rows[row].indexOf(cell) };
}

function focus(cell) {
  if (!cell) return;
  sheet.querySelectorAll("td[tabindex='0']").forEach((each) => { each.tabIndex = -1; });
  cell.tabIndex = 0;
  cell.focus();
}

function move(cell, down, right) {
  const { rows, row, column } = place(cell);
  focus(rows[row + down]?.[column + right]);
}

function label(cell) {
  const text = cell.querySelector("[data-text]").textContent;
  const locked = cell.classList.contains("is-locked") ? `, ${sheet.dataset.lockedWord}` : "";
  cell.setAttribute("aria-label", `${cell.dataset.label}: ${text}${locked}`);
}

function show(answer) {
  for (const line of answer.rows || []) {
    const row = sheet.querySelector(`tr[data-line="${line.line}"]`);
    if (!row) continue;
    row.querySelector("[data-total]").textContent = line.total;
    row.querySelector("[data-over]").textContent = line.over;
    row.querySelector("[data-estimate-gap]").textContent = line.estimate_gap;
    for (const each of line.cells) {
      const cell = row.querySelector(`td[data-month="${each.month}"]`);
      cell.dataset.value = each.value;
      cell.dataset.revision = each.revision;
      cell.classList.toggle("is-locked", each.is_locked);
      cell.querySelector("[data-lock-word]")?.remove();
      cell.querySelector("[data-text]").textContent = each.text;
      label(cell);
    }
  }
  for (const [key, text] of Object.entries(answer.stats || {})) {
    const figure = document.querySelector(`[data-figure="${key}"]`);
    if (figure) figure.textContent = text;
  }
}

function tell(message) {
  note.hidden = !message;
  note.textContent = message || "";
}

async function store(cell, amount, isLocked) {
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const row = cell.closest("tr");
  const body = new URLSearchParams({ line: row.dataset.line, month: cell.dataset.month, amount, seen: cell.dataset.revision });
  if (isLocked) body.set("is_locked", "on");
  cell.classList.add("is-saving");
  try {
    const response = await fetch(sheet.dataset.href, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" } });
    const answer = await response.json();
    show(answer);
    tell(response.ok ? "" : answer.message);
    if (response.ok) document.getElementById("sheet-undo")?.remove();
    if (response.ok) status.textContent = cell.getAttribute("aria-label");
  } catch {
    tell(sheet.dataset.failedWords);
  } finally {
    cell.classList.remove("is-saving");
  }
}

function edit(cell, first) {
  if (cell.querySelector("input")) return;
  const input = document.createElement("input");
  const text = cell.querySelector("[data-text]");
  input.value = first ?? cell.dataset.value;
  input.inputMode = "decimal";
  input.setAttribute("aria-label", cell.dataset.label);
  text.hidden = true;
  cell.append(input);
  input.focus();
  if (first === undefined) input.select();
  let isOver = false;
  const end = (isStored) => {
    if (isOver) return;
    isOver = true;
    const value = input.value.trim();
    input.remove();
    text.hidden = false;
    if (isStored && value !== "" && value !== cell.dataset.value) store(cell, value, true);
  };
  input.addEventListener("blur", () => end(true));
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      end(true);
      if (event.key === "Enter") move(cell, event.shiftKey ? -1 : 1, 0);
      else move(cell, 0, event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      end(false);
      focus(cell);
    }
  });
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function key(event) {
  const cell = event.target.closest("td[data-value]");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  if (STEPS[event.key]) {
    move(cell, ...STEPS[event.key]);
  } else if (event.key === "Enter" || event.key === "F2") {
    edit(cell);
  } else if (event.key.toLowerCase() === "l") {
    store(cell, cell.dataset.value, !cell.classList.contains("is-locked"));
  } else if (/^[0-9]$/.test(event.key)) {
    edit(cell, event.key);
  } else {
    return;
  }
  event.preventDefault();
}

if (sheet) {
  const all = cells().flat();
  all.forEach((cell) => { cell.tabIndex = -1; label(cell); });
  if (all.length) all[0].tabIndex = 0;
  sheet.addEventListener("keydown", key);
  sheet.addEventListener("click", (event) => {
    const cell = event.target.closest("td[data-value]");
    if (cell && !event.target.closest("input")) { focus(cell); edit(cell); }
  });
}
