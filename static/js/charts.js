// Charts. Each [data-chart] names the JSON block that holds its Plotly figure; colours come from the tokens by the role of a
// trace, so that light, dark and print need no other figure. A click on a point opens why it is what it is, or the rows behind it. The same numbers
// stand in the table beside it, with the same links.

const NARROW = 480; // pixels
let loading = null;
const drawn = new WeakMap();

function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.querySelector("meta[name=plotly]").content;
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}

// light-dark() is settled by the element that uses it, so an element is asked.
function palette(canvas) {
  const probe = document.createElement("span");
  probe.hidden = true;
  canvas.after(probe);
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const role = (name) => colour(["good", "bad", "warn"].includes(name) ? `--${name}` : `--series-${name}`);
  const roles = Object.fromEntries(["accent", "second", "third", "fourth", "muted", "good", "bad", "warn"].map((each) => [each, role(each)]));
  const tones = { ink: colour("--ink"), quiet: colour("--ink-3"), line: colour("--line"), strong: colour("--line-field"), surface: colour("--raised") };
  const font = getComputedStyle(document.body).fontFamily;
  probe.remove();
  return { roles, tones, font };
}

function faint(colour) {
  return colour.replace(/^rgb\((.*)\)$/, "rgba($1, 0.14)");
}

function dressTrace(trace, { roles, tones }) {
  const colour = roles[trace.meta?.role] ?? roles.accent;
  if (trace.type === "bar") return { ...trace, marker: { ...trace.marker, color: colour, cornerradius: 3 } };
  return {
    ...trace,
    line: { ...trace.line, color: colour },
    marker: { ...trace.marker, color: colour, size: 6, line: { color: tones.surface, width: 1.5 } },
    fillcolor: faint(colour),
  };
}

// On a phone: every second or third name, long names in several lines, half the steps.
function narrowed(axis, names, isLying) {
  const every = (list, n) => list?.filter((_, index) => index % n === 0);
  if (axis?.type !== "category") return !isLying ? axis : { ...axis, tickvals: every(axis.tickvals, 2), ticktext: every(axis.ticktext, 2) };
  if (isLying) return { ...axis, tickvals: names, ticktext: names.map((name) => name.replace(/(.{10,}?)\s/g, "$1<br>")) };
  return { ...axis, tickvals: every(names, Math.ceil(names.length / 5)) };
}

function dressAxis(axis, { tones }) {
  const isNames = axis?.type === "category";
  return {
    automargin: true, fixedrange: true, zeroline: !isNames, zerolinecolor: tones.strong, showgrid: !isNames, gridcolor: tones.line,
    linecolor: tones.line, tickfont: { color: tones.quiet, size: 12 }, tickangle: 0, ...axis,
  };
}

function fitted(figure, canvas) {
  if (canvas.clientWidth >= NARROW) return figure.layout;
  const isLying = figure.layout.yaxis?.type === "category";
  const names = [...new Set(figure.data.flatMap((trace) => (isLying ? trace.y : trace.x) ?? []))];
  return { ...figure.layout, xaxis: narrowed(figure.layout.xaxis, names, isLying), yaxis: narrowed(figure.layout.yaxis, names, isLying) };
}

function dressLayout(layout, look) {
  const { tones, font } = look;
  return {
    ...layout,
    autosize: true, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", bargap: 0.35, bargroupgap: 0.08,
    margin: { l: 8, r: 8, t: layout.showlegend ? 32 : 12, b: 8 },
    font: { family: font, size: 12, color: tones.ink },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal", font: { color: tones.quiet }, itemclick: false, itemdoubleclick: false },
    hoverlabel: { bgcolor: tones.surface, bordercolor: tones.strong, font: { color: tones.ink, family: font } },
    xaxis: dressAxis(layout.xaxis, look),
    yaxis: dressAxis(layout.yaxis, look),
    shapes: (layout.shapes ?? []).map((shape) => ({ ...shape, line: { color: tones.ink, width: 1.5, dash: "dash" } })),
  };
}

function drill(event) {
  const point = event.points?.[0];
  const link = point?.customdata;
  if (typeof link !== "string" || !/^[/?]/.test(link) || link.startsWith("//")) return;
  if (!point.data.meta?.drawer || !window.htmx) return location.assign(link);
  event.event.target.closest?.(".chart")?.querySelector("[data-chart-toggle]")?.focus(); // where the focus returns to
  window.htmx.ajax("GET", link, { target: "#drawer-body", select: "[data-drawer-content]", swap: "innerHTML" });
}

async function draw(canvas) {
  const source = document.getElementById(canvas.dataset.chart);
  if (!source) return;
  let drawer;
  try { drawer = await plotly(); } catch { return showNumbers(canvas); }
  if (!canvas.isConnected) return;
  drawn.set(canvas, source.textContent);
  canvas.className = canvas.className.replace(/chart__canvas--\w+/, `chart__canvas--${canvas.closest("[data-chart-size]")?.dataset.chartSize ?? "medium"}`);
  const figure = JSON.parse(source.textContent);
  const look = palette(canvas);
  await drawer.react(canvas, figure.data.map((trace) => dressTrace(trace, look)), dressLayout(fitted(figure, canvas), look), { displayModeBar: false, responsive: true });
  canvas.removeAllListeners?.("plotly_click");
  canvas.on("plotly_click", drill);
  canvas.classList.toggle("drillable", figure.data.some((trace) => trace.customdata));
}

// A live refresh keeps the canvas (hx-preserve) and brings new numbers: they are drawn into what stands there, without a flash.
function redraw(canvas) {
  const text = document.getElementById(canvas.dataset.chart)?.textContent;
  if (canvas.data && text && drawn.get(canvas) !== text) draw(canvas);
}

function showNumbers(canvas) {
  canvas.hidden = true;
  canvas.closest(".chart")?.querySelector("[data-chart-numbers]")?.classList.add("is-open");
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "300px" });

// Which tables a reader opened survives a live refresh.
const opened = new Set();

function toggleNumbers(button, isOpen) {
  const numbers = document.getElementById(button.getAttribute("aria-controls"));
  numbers.classList.toggle("is-open", isOpen);
  button.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) opened.add(numbers.id); else opened.delete(numbers.id);
}

function begin(within) {
  const canvases = [...within.querySelectorAll("[data-chart]")];
  if (within.matches?.("[data-chart]")) canvases.push(within);
  canvases.forEach((canvas) => watcher.observe(canvas));
  for (const button of within.querySelectorAll("[data-chart-toggle]")) {
    if (opened.has(button.getAttribute("aria-controls"))) toggleNumbers(button, true);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart-toggle]");
  if (button) toggleNumbers(button, button.getAttribute("aria-expanded") !== "true");
});
document.body.addEventListener("htmx:afterSettle", () => document.querySelectorAll("[data-chart]").forEach(redraw));
document.body.addEventListener("htmx:load", (event) => begin(event.detail.elt));

function dressAnew() {
  document.querySelectorAll("[data-chart]").forEach((canvas) => canvas.data && draw(canvas));
}

document.body.addEventListener("theme-changed", dressAnew);
for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", dressAnew);
document.body.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (event.target.matches?.("[data-chart]")) window.Plotly?.purge(event.target);
});
begin(document);
