// Docusaurus's SearchBar, swizzled by the plugin: <latelight-search> with the site's index. Compiled by the site, so no JSX.

import Head from '@docusaurus/Head';
import { usePluginData } from '@docusaurus/useGlobalData';
import { createElement, Fragment } from 'react';

export default function SearchBar() {
  const { src, attributes } = usePluginData('latelight');
  return createElement(
    Fragment,
    null,
    createElement(Head, null, createElement('script', { type: 'module', src: `${src}latelight.js` })),
    createElement('latelight-search', { src, ...attributes }),
  );
}
