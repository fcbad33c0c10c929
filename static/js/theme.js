// Before the first paint: scripts run here, and which theme the reader chose. Loaded in the head, without defer.
(() => {
  const root = document.documentElement;
  root.classList.add("has-script");
  const chosen = document.cookie.match(/(?:^|; )theme=(light|dark)/)?.[1];
  if (chosen) root.dataset.theme = chosen;
})();
