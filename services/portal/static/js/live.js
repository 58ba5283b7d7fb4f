/* Keeps an open page up to date from the live stream, and says plainly when it cannot. */

const STREAM = "/api/v1/alerts/stream";
const CALLS = { alert_raised: "new", alert_reassessed: "worse", alert_escalated: "again" };
const CHANGES = [
  ...Object.keys(CALLS), "alert_delivered", "alert_acknowledged", "alert_actioned",
  "alert_resolved", "alert_delivery_failed",
];
const SILENT_AT_MOST = 40000;
const TRY_AGAIN_AFTER = 4000;

const area = document.querySelector("[data-live]");
const connection = document.querySelector("[data-connection]");
const announcement = document.querySelector("[data-announce]");
const soundButton = document.querySelector("[data-sound]");
const title = document.title;
let source, lastSign, lastEventId, renewal, isRenewalWanted;
let isStale = false;

/** Show how the connection stands; the title tells it too, for a page that is not in front. */
function show(state) {
  if (connection.dataset.state === state) return;
  connection.dataset.state = state;
  const texts = { connecting: "connecting", live: "liveText", lost: "lost", ended: "ended" };
  connection.querySelector("[data-text]").textContent = connection.dataset[texts[state]];
  connection.querySelector("a").hidden = state !== "ended";
  showTitle();
}

/** Write the number of unanswered alerts, or that the page is not live, before the title. */
function showTitle() {
  const waiting = Number(area.querySelector("[data-waiting]")?.dataset.waiting ?? 0);
  const isLive = ["live", "connecting"].includes(connection.dataset.state);
  document.title = `${isLive ? "" : "⚠ "}${waiting ? `(${waiting}) ` : ""}${title}`;
}

/** Fetch the changing part of the page anew; changes in a burst are fetched together. */
async function renew() {
  isRenewalWanted = true;
  renewal ??= (async () => {
    while (isRenewalWanted) {
      isRenewalWanted = isStale = false;
      const into = { target: area.dataset.target, swap: "outerMorph" };
      await htmx.ajax("GET", area.dataset.live, into).catch(stale);
    }
    renewal = undefined;
    if (isStale) setTimeout(renew, TRY_AGAIN_AFTER);
    else if (source.readyState === EventSource.OPEN) show("live");
    showTitle();
  })();
  return renewal;
}

/** What is shown is not what is: the part could not be fetched, or an act of hers not be done. */
function stale() {
  isStale = true;
  show("lost");
}

/** Say a call aloud, and mark its card. */
function call(kind, reference) {
  const card = document.getElementById(`alert-${reference}`);
  if (!card || !announcement) return;
  announcement.textContent = announcement.dataset[kind].replace("{alert}", card.dataset.says);
  card.classList.add("card--new");
  ring();
}

/** Take in a change of an alert. */
async function change(event) {
  sign(event);
  const told = JSON.parse(event.data);
  if (area.dataset.only && area.dataset.only !== told.reference) return;
  await renew();
  const isCall = event.type in CALLS && (event.type !== "alert_reassessed" || told.worsened);
  if (isCall) call(CALLS[event.type], told.reference);
}

/** Note a sign of life of the stream. */
function sign(event) {
  lastSign = Date.now();
  lastEventId = event?.lastEventId || lastEventId;
  if (!isStale) show("live");
}

/** Open the stream where it was left; whatever happened before it was open is fetched. */
function connect() {
  source?.close();
  const from = lastEventId ? `?last_event_id=${encodeURIComponent(lastEventId)}` : "";
  source = new EventSource(STREAM + from);
  lastSign = Date.now();
  source.onopen = () => {
    sign();
    renew();
  };
  source.onerror = lose;
  source.addEventListener("ping", sign);
  for (const name of CHANGES) source.addEventListener(name, change);
}

/** The connection is lost: say so, and find out whether she is still signed in. */
async function lose() {
  show("lost");
  if (source.readyState !== EventSource.CLOSED) return;
  const answer = await fetch("/alive", { redirect: "manual" }).catch(() => undefined);
  if (answer?.type === "opaqueredirect") show("ended");
  else setTimeout(connect, TRY_AGAIN_AFTER);
}

setInterval(() => {
  if (connection.dataset.state === "ended" || Date.now() - lastSign < SILENT_AT_MOST) return;
  show("lost");
  connect();
}, 5000);
window.addEventListener("offline", () => show("lost"));
window.addEventListener("online", connect);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && connection.dataset.state === "live") renew();
});
document.addEventListener("htmx:after:swap", showTitle);
document.addEventListener("htmx:response:error", stale);
document.addEventListener("htmx:error", stale);

/* Sound: off unless she turns it on, on this device. Two short tones, made here. */

const KEPT = "ttp-sound";
let audio;

function isSoundOn() {
  return localStorage.getItem(KEPT) === "on";
}

function ring() {
  if (!soundButton || !isSoundOn()) return;
  audio ??= new AudioContext();
  for (const [pitch, after] of [[660, 0], [880, 0.22]]) {
    const tone = new OscillatorNode(audio, { frequency: pitch });
    const volume = new GainNode(audio, { gain: 0.2 });
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + after);
    tone.stop(audio.currentTime + after + 0.18);
  }
}

function showSound() {
  const text = soundButton.querySelector("span");
  soundButton.setAttribute("aria-pressed", String(isSoundOn()));
  text.textContent = isSoundOn() ? text.dataset.on : text.dataset.off;
}

if (soundButton) {
  soundButton.hidden = false;
  showSound();
  soundButton.addEventListener("click", () => {
    localStorage.setItem(KEPT, isSoundOn() ? "off" : "on");
    showSound();
    ring();
  });
}

show("connecting");
showTitle();
connect();
