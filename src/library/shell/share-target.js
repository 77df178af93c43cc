// In the service worker: takes what is shared with the installed app, keeps it in a cache until the page took it (shared-files.ts), and
// opens the page. Nothing of it goes to a server. Imported by sw.js before it listens itself.

const CACHE = 'latelight-shared';

self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'POST' && url === new URL('share', self.registration.scope).href)
    event.respondWith(receive(event.request));
});

async function receive(request) {
  const page = (query) => Response.redirect(new URL(query, self.registration.scope), 303);
  const id = `${Date.now()}-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
  const key = (part) => new URL(`.shared/${id}/${part}`, self.registration.scope).href;
  const kept = [];
  const cache = await caches.open(CACHE).catch(() => undefined);
  try {
    const form = await request.formData();
    const keep = async (part, response) => {
      kept.push(key(part));
      await cache.put(kept.at(-1), response);
    };
    const text = (name) => (typeof form.get(name) === 'string' ? form.get(name) : '');
    const files = form.getAll('files').filter((file) => typeof file !== 'string' && file.size > 0);
    for (const [i, file] of files.entries())
      await keep(i, new Response(file, { headers: { 'X-Latelight-Name': encodeURIComponent(file.name) } }));
    await keep('fields', Response.json({ title: text('title'), text: text('text'), url: text('url') }));
    return page('./?shared');
  } catch {
    for (const url of kept) await cache?.delete(url);
    return page('./?shared=failed');
  }
}
