import { defineConfig } from 'astro/config';
import latelight from 'latelight/astro';

export default defineConfig({
  base: '/cycling',
  integrations: [latelight({ title: 'Bicycle care', webgpu: false, examples: ['my brakes squeal'] })],
});
