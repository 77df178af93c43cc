// In the service worker: takes what is shared with the installed app, keeps it in a cache until the page took it (shared-files.ts), and
// opens the page. Nothing of it goes to a server. Imported by sw.js before it listens itself.

const CACHE = 'latelight-shared';
/** A share of more is no person's. */
const MOST_FILES = 1000;
/** Characters. What is longer is cut: names, and a text of some five hundred pages. */
const MOST_NAME = 200;
const MOST_OF_FIELD = { title: 1000, text: 1_000_000, url: 8000 };

self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'POST' && url === new URL('share', self.registration.scope).href)
    event.respondWith(receive(event.request));
});

/**
 * Any website can send a form here. One that says where it comes from is refused; one that hides it cannot be told from a share of the
 * system, which is why the page asks before it takes anything.
 */
function isFromElsewhere({ headers, referrer }) {
  const origins = [headers.get('Origin'), referrer, headers.get('Referer')].filter((from) => /^https?:/i.test(from));
  return origins.some((from) => new URL(from).origin !== self.location.origin);
}

async function receive(request) {
  const page = (query) => Response.redirect(new URL(query, self.registration.scope), 303);
  if (isFromElsewhere(request)) return page('./?shared=refused');
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
    const files = form.getAll('files').filter((file) => typeof file !== 'string' && file.size > 0);
    if (files.length > MOST_FILES) return page('./?shared=refused');
    for (const [i, file] of files.entries()) await keep(i, new Response(file, { headers: nameHeader(file) }));
    const fields = Object.fromEntries(
      Object.entries(MOST_OF_FIELD).map(([name, most]) => [name, text(form, name, most)]),
    );
    // Last: a share without it is not whole.
    await keep(Object.values(fields).some(Boolean) ? 'fields' : 'nothing', Response.json(fields));
    return page('./?shared');
  } catch {
    for (const url of kept) await cache?.delete(url);
    return page('./?shared=failed');
  }
}

function nameHeader({ name }) {
  // Its end: that is where the kind is said.
  return { 'X-Latelight-Name': encodeURIComponent([...name].slice(-MOST_NAME).join('')) };
}

function text(form, name, most) {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim().slice(0, most) : '';
}
