/* The referral form: how many answers there are so far, and which of them the chosen checklist has. */

const form = document.querySelector("form.referral");
const tally = form.querySelector("[data-tally]");
const only27 = form.querySelector(".answers__only27");
const answers = form.querySelector("#answers");

/** Show what belongs to the chosen checklist, and count its answers. */
function count() {
  const instrument = new FormData(form).get("instrument");
  only27.hidden = instrument !== "DASH-27";
  answers.hidden = instrument === "DARA";
  const all = [...answers.querySelectorAll(".answer")];
  for (const row of all) row.disabled = Boolean(row.closest("[hidden]"));
  const rows = all.filter((row) => !row.disabled);
  const given = rows.map((row) => row.querySelector("input:checked")?.value);
  const times = (value) => given.filter((answer) => answer === value).length;
  tally.textContent = tally.dataset.text
    .replace("{yes}", times("yes"))
    .replace("{dont_know}", times("dont_know"))
    .replace("{open}", rows.length - times("yes") - times("no") - times("dont_know"));
  tally.hidden = answers.hidden;
}

count();
form.addEventListener("change", count);
