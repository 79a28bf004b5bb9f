// Keeps what is the same for everybody, and answers with one plain page when there is no network.
// A page about somebody is never kept: only addresses named here are.
const shelf = "anxin-__VERSION__";
const kept = [__KEPT__];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(shelf).then((open) => open.addAll(kept)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((n) => n.startsWith("anxin-") && n !== shelf).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    // Officers' pages share the address; they are none of ours.
    if (!/^\/(me|claim|track|iou|s)(\/|$)/.test(pathname)) return;
    event.respondWith(fetch(request).catch(() => caches.match(kept[0])));
  } else if (kept.indexOf(pathname) > 0) {
    event.respondWith(caches.match(pathname).then((found) => found || fetch(request)));
  }
});
