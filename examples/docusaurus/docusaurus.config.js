export default {
  title: 'Knots',
  url: 'https://example.com',
  baseUrl: '/knots/',
  onBrokenLinks: 'throw',
  i18n: { defaultLocale: 'en', locales: ['en', 'de'] },
  plugins: [['@docusaurus/plugin-content-docs', { routeBasePath: '/' }]],
  // After the theme whose search bar it replaces.
  themes: [
    '@docusaurus/theme-classic',
    ['latelight/docusaurus', { webgpu: false, examples: ['a loop that does not slip'] }],
  ],
  themeConfig: { navbar: { title: 'Knots', items: [{ type: 'search', position: 'right' }] } },
};
