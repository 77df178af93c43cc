import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { serveFolders } from './static-server.ts';

it('compresses what hosts compress, counts the bytes it sent, and serves nothing outside its folders', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latelight-server-'));
  const text = 'abc '.repeat(5000);
  await mkdir(join(folder, 'site'));
  await writeFile(join(folder, 'site/page.html'), text);
  await writeFile(join(folder, 'site/shard.lls'), text);
  await writeFile(join(folder, 'private.html'), text);
  const server = await serveFolders({ site: join(folder, 'site') });
  onTestFinished(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  const page = await fetch(`${server.base}site/page.html`, { headers: { 'accept-encoding': 'br' } });
  expect(await page.text()).toBe(text);
  expect(page.headers.get('content-encoding')).toBe('br');
  const small = server.sentBytes();
  expect(small).toBe(Number(page.headers.get('content-length')));
  expect(small).toBeLessThan(100);
  const shard = await fetch(`${server.base}site/shard.lls`, { headers: { 'accept-encoding': 'br' } });
  expect((await shard.text()).length).toBe(text.length);
  expect(server.sentBytes()).toBe(small + text.length);
  expect((await fetch(`${server.base}site/%2e%2e%2fprivate.html`)).status).toBe(404);
  expect((await fetch(`${server.base}other/page.html`)).status).toBe(404);
});
