// Keeps the shell of the page, so that it begins without a network; nothing of the API is ever kept.
const version = 'shell-/*VERSION*/';
const shell = /*SHELL*/ [];

self.addEventListener('install', (event) => {
    event.waitUntil(caches.open(version).then((kept) => kept.addAll(shell)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
    const old = (names) => names.filter((one) => one.startsWith('shell-') && one !== version);
    event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((one) => caches.delete(one)))).then(() => self.clients.claim()));
});

// The page itself: from the server while there is one, so that a new version comes; else as it was.
const page = (request) => fetch(request).catch(() => caches.match('/webapp/'));
// What has a hash in its name never changes.
const asset = async (request) => {
    const found = await caches.match(request);
    if (found) return found;
    const answer = await fetch(request);
    if (answer.ok) (await caches.open(version)).put(request, answer.clone());
    return answer;
};

self.addEventListener('fetch', (event) => {
    const { request } = event;
    const { pathname, origin } = new URL(request.url);
    if (request.method !== 'GET' || origin !== location.origin) return;
    if (request.mode === 'navigate' && pathname.startsWith('/webapp')) event.respondWith(page(request));
    else if (pathname.startsWith('/webapp/assets/')) event.respondWith(asset(request));
    else if (pathname.startsWith('/webapp/') || /^\/[a-z0-9_]+\/web\//.test(pathname)) event.respondWith(fetch(request).catch(async () => (await caches.match(request)) ?? Response.error()));
});
