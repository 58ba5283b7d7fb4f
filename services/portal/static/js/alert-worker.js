/* Shows what a push service brings: kind and reference of an alert, never whom it is about. */

const NAME = "Turning the Page";
const INBOX = "/inbox";
const SETTINGS = "/account/notifications";
const RENEWAL = `${SETTINGS}/renewal`;
const KEPT = "/account/notifications/this-device";

/** Return what was sent; something is shown even for what cannot be read. */
function told(event) {
  try {
    return event.data.json() ?? {};
  } catch {
    return {};
  }
}

/** Return where a press leads: a page of ours, or else the inbox. */
function pageOf(link) {
  try {
    const page = new URL(link, self.location.origin);
    return page.origin === self.location.origin ? page.href : INBOX;
  } catch {
    return INBOX;
  }
}

/** Return where the portal knows this browser to be reached; `devices.js` keeps that. */
async function known(event) {
  const kept = await caches.match(KEPT);
  return event.oldSubscription?.endpoint ?? (await kept?.text()) ?? "";
}

/** Subscribe again and tell the portal, in the session of who is signed in here. */
async function renew(event) {
  const form = await fetch(RENEWAL, { redirect: "error" });
  const { csrf, push_key: applicationServerKey } = await form.json();
  const wanted = { userVisibleOnly: true, applicationServerKey };
  const subscription = JSON.stringify(await self.registration.pushManager.subscribe(wanted));
  const body = new URLSearchParams({ csrf, old: await known(event), subscription });
  const taken = await fetch(RENEWAL, { method: "POST", body, redirect: "error" });
  if (!taken.ok) throw new Error(`renewal: ${taken.status}`);
  const devices = await caches.open(SETTINGS);
  await devices.put(KEPT, new Response(JSON.parse(subscription).endpoint));
}

/** Bring her to the page with the button where it cannot be done without her. */
function ask() {
  const shown = { tag: RENEWAL, data: { link: SETTINGS }, requireInteraction: true };
  return self.registration.showNotification(NAME, shown);
}

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  const { id, title, link } = told(event);
  const shown = { tag: id, data: { link: pageOf(link ?? INBOX) }, requireInteraction: true };
  event.waitUntil(self.registration.showNotification(title || NAME, shown));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event).catch(ask));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.link));
});
