// The running total of the shares of a deal, overlay aside.
const form = document.getElementById("credits");
const total = form?.querySelector("[data-credit-total]");

function share(row) {
  const role = row.querySelector("select[name$='-role']").value;
  const text = row.querySelector("[data-share]").value.trim().replace(/\s/g, "").replace(",", ".");
  const value = Number(text);
  return role === "overlay" || !text || Number.isNaN(value) ? 0 : Math.round(value * 10000);
}

function show() {
  const sum = [...form.querySelectorAll("[data-credit]")].reduce((all, row) => all + share(row), 0) / 10000;
  const number = new Intl.NumberFormat(document.documentElement.lang || undefined, { maximumFractionDigits: 4 });
  total.textContent = `${total.dataset.words} ${number.format(sum)} %`;
}

if (form && total) {
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
}
