/* "Alert me on this device": subscribes this browser and sends the subscription as a form. */

const WORKER = "/static/js/alert-worker.js";
const SETTINGS = "/account/notifications";
const KEPT = "/account/notifications/this-device";

/** Show one sentence of the form, and its button where pressing it can help. */
function say(form, word) {
  for (const sentence of form.querySelectorAll("[data-says]")) {
    sentence.hidden = sentence.dataset.says !== word;
  }
  form.querySelector("button").hidden = word === "blocked" || word === "here";
}

/** Return base64 for URLs, as the key of the page is written. */
function written(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Return what this browser is subscribed by, unless that was with another key. */
async function subscribed(registration, key) {
  const known = await registration?.pushManager.getSubscription();
  if (!known) return null;
  const own = known.options.applicationServerKey;
  if (own && written(own) === key) return known;
  await known.unsubscribe();
  return null;
}

/** Wait until a worker can be given something to do. */
function activated(registration) {
  const coming = registration.installing ?? registration.waiting;
  if (registration.active || !coming) return null;
  return new Promise((done) => {
    coming.addEventListener("statechange", () => {
      if (coming.state === "activated") done();
    });
  });
}

async function subscribe(key) {
  const registration = await navigator.serviceWorker.register(WORKER);
  await activated(registration);
  const wanted = { userVisibleOnly: true, applicationServerKey: key };
  return (await subscribed(registration, key)) ?? registration.pushManager.subscribe(wanted);
}

async function press(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") return say(form, "blocked");
    form.elements.subscription.value = JSON.stringify(await subscribe(form.dataset.pushKey));
    return form.requestSubmit();
  } catch {
    return say(form, "failed");
  } finally {
    button.disabled = false;
  }
}

/** Mark this device among those on the page; return whether it is there. */
function mark(endpoint) {
  const rows = [...document.querySelectorAll("[data-endpoint]")];
  const own = rows.find((row) => row.dataset.endpoint === endpoint);
  own?.querySelector("[data-here]").removeAttribute("hidden");
  return Boolean(own);
}

/** Keep where this browser is reached, for the worker: a renewal does not always tell. */
async function keep(endpoint) {
  const devices = await caches.open(SETTINGS);
  await devices.put(KEPT, new Response(endpoint));
}

async function begin(form) {
  const needed = ["PushManager", "Notification"].every((name) => name in window);
  if (!needed || !navigator.serviceWorker) return;
  if (Notification.permission === "denied") return say(form, "blocked");
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  const known = await subscribed(registration, form.dataset.pushKey);
  const isHere = Boolean(known) && mark(known.endpoint);
  say(form, isHere ? "here" : "ready");
  form.querySelector("button").addEventListener("click", () => press(form));
  if (isHere) await keep(known.endpoint);
}

document.querySelectorAll("form[data-push-key]").forEach(begin);
