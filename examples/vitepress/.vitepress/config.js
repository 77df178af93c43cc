import { latelight } from 'latelight/vitepress';
import { defineConfig } from 'vitepress';

const english = [
  { text: 'The starter', link: '/starter' },
  { text: 'Flour and water', link: '/flour' },
  { text: 'Shaping and proofing', link: '/shaping' },
  { text: 'Baking', link: '/baking' },
  { text: 'Rye loaf', link: '/loaves/rye' },
];
const french = [
  { text: 'Le levain', link: '/fr/starter' },
  { text: 'La cuisson', link: '/fr/baking' },
];

export default defineConfig({
  title: 'Sourdough',
  base: '/bread/',
  cleanUrls: true,
  srcExclude: ['README.md'],
  rewrites: { 'drafts/:page': 'planned/:page' },
  locales: {
    root: { label: 'English', lang: 'en', themeConfig: { sidebar: english } },
    fr: { label: 'Français', lang: 'fr', link: '/fr/', themeConfig: { sidebar: french } },
  },
  vite: {
    // An example for tests: without the files that only WebGPU needs.
    plugins: [latelight({ webgpu: false, examples: ['why is my loaf dense'] })],
  },
});
