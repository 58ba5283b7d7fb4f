/* What every page does: components of GOV.UK Frontend, focus after a swap, ages that stay true. */

import { initAll } from "/static/vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });

/** Say how long ago (or ahead) a moment lies, in the page's language. */
function age(moment) {
  const seconds = (moment - Date.now()) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return relative.format(Math.trunc(seconds), "second");
}

/** Rewrite every age on the page. */
function refreshAges() {
  for (const element of document.querySelectorAll("time[data-age]")) {
    element.textContent = age(new Date(element.dateTime));
  }
}

refreshAges();
setInterval(refreshAges, 10000);

document.addEventListener("htmx:after:swap", () => {
  refreshAges();
  document.querySelector("[data-focus]")?.focus();
});

const ALIVE_EVERY = 300000;

/** Warn before typed text is lost, and keep the session open while somebody types. */
function keep(form) {
  let isUnsaved = form.dataset.unsaved === "yes";
  let lastSign = Date.now();
  form.addEventListener("input", () => {
    isUnsaved = true;
    if (Date.now() - lastSign < ALIVE_EVERY) return;
    lastSign = Date.now();
    fetch("/alive");
  });
  form.addEventListener("submit", () => { isUnsaved = false; });
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved) event.preventDefault();
  });
}

document.querySelectorAll("form[data-keeps]").forEach(keep);
