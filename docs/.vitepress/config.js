// This documentation as a site, searched by what it documents.

import { latelight } from 'latelight/vitepress';
import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'Latelight',
  description: 'Search a static site by meaning, in the browser, with no server.',
  cleanUrls: true,
  // Notes for those who work on the code.
  srcExclude: ['REJECTED.md'],
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag === 'latelight-search' } } },
  vite: {
    plugins: [
      latelight({ webgpu: false, examples: ['how do I change the colours', 'which headers should my host send'] }),
    ],
  },
  themeConfig: {
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/guide/start' },
      { text: 'Options', link: '/reference/options' },
      { text: 'Measured', link: '/quality' },
    ],
    sidebar: [
      {
        text: 'Guide',
        items: [
          { text: 'Start here', link: '/guide/start' },
          { text: 'The widget', link: '/guide/widget' },
          { text: 'Theming', link: '/guide/theming' },
          { text: 'Site generators', link: '/guide/adapters' },
          { text: 'Vite', link: '/guide/vite' },
          { text: 'Node', link: '/guide/node-api' },
          { text: 'The offline library', link: '/guide/library' },
          { text: 'Hosting and CSP', link: '/guide/hosting' },
          { text: 'Recipes for hosts', link: '/guide/hosts' },
          { text: 'Upgrading', link: '/guide/upgrading' },
          { text: 'Privacy', link: '/guide/privacy' },
          { text: 'What it weighs', link: '/guide/sizes' },
          { text: 'Beside Pagefind and DocSearch', link: '/guide/comparison' },
          { text: 'Limits', link: '/guide/limits' },
          { text: 'Words used here', link: '/guide/glossary' },
        ],
      },
      {
        text: 'Reference',
        items: [
          { text: 'Options', link: '/reference/options' },
          { text: 'Command line', link: '/reference/cli' },
          { text: 'Models', link: '/models' },
          { text: 'Format', link: '/FORMAT' },
          { text: 'Architecture', link: '/architecture' },
        ],
      },
      {
        text: 'Measured',
        items: [
          { text: 'Quality', link: '/quality' },
          { text: 'Scale', link: '/scale' },
          { text: 'Beside others', link: '/peers' },
        ],
      },
      {
        text: 'Decisions',
        collapsed: true,
        items: [
          { text: '1 Weights', link: '/decisions/0001-weights' },
          { text: '2 Pooling and codes', link: '/decisions/0002-pooling-and-codes' },
          { text: '3 One text at a time', link: '/decisions/0003-one-text-at-a-time' },
          { text: '4 CPU scorer', link: '/decisions/0004-cpu-scorer' },
          { text: '5 GPU roofline', link: '/decisions/0005-gpu-roofline' },
          { text: '6 Encode', link: '/decisions/0006-encode' },
          { text: '7 Models', link: '/decisions/0007-models' },
          { text: '8 Instant stage', link: '/decisions/0008-instant-stage' },
          { text: '9 Exact words', link: '/decisions/0009-exact-words' },
          { text: '10 First results', link: '/decisions/0010-first-results' },
          { text: '11 Documents', link: '/decisions/0011-documents' },
          { text: '12 Library storage', link: '/decisions/0012-library-storage' },
          { text: '13 Recipe', link: '/decisions/0013-recipe' },
          { text: '14 Query encoder', link: '/decisions/0014-query-encoder' },
          { text: '15 The paper’s claims', link: '/decisions/0015-claims' },
          { text: '16 Lengths of query rows', link: '/decisions/0016-row-lengths' },
          { text: '17 Misspelt and unfinished words', link: '/decisions/0017-typing' },
          { text: '18 What is shown', link: '/decisions/0018-what-is-shown' },
        ],
      },
    ],
  },
});
