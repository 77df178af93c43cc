// Tabs of one HTML page: every panel is read, shown or not, under the name of its tab.

import { describe, expect, it } from 'vitest';
import { parseHtml } from './html.ts';

const texts = (html: string) =>
  parseHtml(`<main>${html}</main>`, { path: 'page.html' }).sections.flatMap(({ blocks }) =>
    blocks.map(({ text, leadsOn }) => (leadsOn ? `${text} >` : text)),
  );
const tabs = (...names: string[]) =>
  `<ul role="tablist">${names.map((name) => `<li role="tab" aria-selected="false">${name}</li>`).join('')}</ul>`;
const panel = (content: string, attributes = 'hidden') => `<div role="tabpanel" ${attributes}>${content}</div>`;

describe('panels of tabs', () => {
  it('are read as Docusaurus writes them, under the tab of the same position', () => {
    const page = `<div>${tabs('npm', 'Yarn')}<div>${panel('<pre>npm i</pre>', '')}${panel('<pre>yarn add</pre>')}</div></div>`;
    expect(texts(page)).toEqual(['npm >', 'npm i', 'Yarn >', 'yarn add']);
  });

  it('are read as Starlight writes them, under the tab that names them', () => {
    const tab = (id: string, name: string) =>
      `<li role="presentation"><a role="tab" href="#p-${id}" id="${id}"><svg><title>logo</title></svg> ${name}</a></li>`;
    const page =
      `<ul role="tablist">${tab('t0', 'Stars')}${tab('t1', 'Moons')}</ul>` +
      panel('<p>Io</p>', 'id="p-t1" aria-labelledby="t1" hidden') +
      panel('<p>Sirius</p>', 'id="p-t0" aria-labelledby="t0"');
    expect(texts(page)).toEqual(['Moons >', 'Io', 'Stars >', 'Sirius']);
  });

  it.each(['hidden', 'hidden="true"', 'style="display: none"', 'aria-hidden="true" style="display:none"'])(
    'are read with %s, unlike what in them is hidden',
    (attributes) => {
      expect(texts(tabs('One') + panel('<p>text</p><p hidden>secret</p>', attributes))).toEqual(['One >', 'text']);
    },
  );

  it('are left out where the page says so, and have no name without text', () => {
    expect(texts(tabs('One', 'Two') + panel('<p>text</p>', 'data-latelight-ignore') + panel('<svg></svg>'))).toEqual(
      [],
    );
  });

  it('that begin with a heading have their name below it, and an anchor of theirs leads to the name', () => {
    const page = tabs('One', 'Two') + panel('<h2 id="a">A</h2><p>1</p>') + panel('<p><a id="b"></a>2</p>');
    const [{ headings, anchor, blocks }] = parseHtml(`<main>${page}</main>`, { path: 'page.html' }).sections;
    expect([headings, anchor]).toEqual([['A'], 'a']);
    expect(blocks.map(({ text, anchor }) => [text, anchor])).toEqual([
      ['One', undefined],
      ['1', undefined],
      ['Two', 'b'],
      ['2', undefined],
    ]);
  });

  it('inside others belong to their own tabs', () => {
    const inner = tabs('a', 'b') + panel('1') + panel('2');
    expect(texts(tabs('A', 'B') + panel(inner) + panel('3') + tabs('C') + panel('4'))).toEqual([
      'A >',
      'a >',
      '1',
      'b >',
      '2',
      'B >',
      '3',
      'C >',
      '4',
    ]);
  });

  it('in the list of tabs itself are read as Bootstrap 3 writes them, and the tabs are not', () => {
    const part = (id: string, title: string, content: string) =>
      `<div><div role="tab" id="${id}"><h4><a role="button" href="#c-${id}">${title}</a></h4></div>` +
      `<div id="c-${id}" role="tabpanel" aria-labelledby="${id}">${content}</div></div>`;
    const parts =
      part('h2', 'Gifts', '<div role="tab">Not listed</div>') + part('h1', 'Returns', '<p>Within 30 days.</p>');
    expect(texts(`<div role="tablist">${parts}</div>`)).toEqual([
      'Gifts >',
      'Not listed',
      'Returns >',
      'Within 30 days.',
    ]);
  });

  it('in the list of tabs and behind it are named by position too, those of lists within by their own', () => {
    const tab = (name: string) => `<div role="tab">${name}</div>`;
    const inner = `<div role="tablist">${tab('a')}${panel('1')}</div>`;
    const list = `<div role="tablist">${tab('A')}${panel(inner)}${tab('B')}</div>`;
    expect(texts(list + panel('2'))).toEqual(['A >', 'a >', '1', 'B >', '2']);
  });

  it('in a tab are read with it', () => {
    expect(texts(`<ul role="tablist"><li role="tab">One ${panel('text')}</li><li role="tab">Two</li></ul>`)).toEqual([
      'One',
      'text',
    ]);
  });

  it('are named and stand apart whatever their element is', () => {
    const element = (text: string) => `<tab-panel role="tabpanel">${text}</tab-panel>`;
    expect(texts(`${tabs('One', 'Two')}${element('1')}${element('2')}`)).toEqual(['One >', '1', 'Two >', '2']);
    expect(texts(`${element('1')}${element('2')}`)).toEqual(['1', '2']);
  });

  it.each([
    ['beside each other', (list: string) => list.repeat(20_000)],
    [
      'in each other',
      (list: string) => `${list}<div role="tablist"><div role="tab">`.repeat(20_000) + '</div></div>'.repeat(20_000),
    ],
    ['around a long text', (list: string) => '<div role="tablist">'.repeat(900) + list + '<br>'.repeat(100_000)],
  ])('are looked for once in lists %s', (_, lists) => {
    const start = process.cpuUsage();
    const page = `<div role="tablist">${lists('<ul role="tablist"><li role="tab">t</li></ul>')}${panel('last')}`;
    expect(texts(page).join(' ')).toContain('last');
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(5);
  });

  it('have no name of a tab that may be another', () => {
    expect(texts(tabs('A', 'B') + panel('lazy'))).toEqual(['lazy']);
    expect(texts(`<h2 id="h">Heading</h2>${panel('text', 'aria-labelledby="h"')}`)).toEqual(['text']);
  });

  it('do not multiply a name that is endless', () => {
    const list = `<ul role="tablist"><li role="tab" id="t">${'long '.repeat(10_000)}</li></ul>`;
    const [label, text] = texts(list + panel('x', `aria-labelledby="${'t '.repeat(1000)}"`));
    expect(text).toBe('x');
    expect(label.length).toBeLessThan(700);
  });
});

describe('buttons', () => {
  it('that are a term or a summary are its text', () => {
    expect(texts('<dl><dt><button>Why?</button></dt><dd>So.<button>Copy</button></dd></dl>')).toEqual([
      'Why? >',
      'So.',
    ]);
    expect(texts('<details><summary><span><button>How?</button></span></summary>Thus.</details>')).toEqual([
      'How? >',
      'Thus.',
    ]);
  });

  it.each([
    ['a term', '<dl><dt><code>timeout</code><button>Copy</button></dt><dd>30 seconds.</dd></dl>'],
    ['a summary', '<details><summary>timeout<span><button>Copy link</button></span></summary>30 seconds.</details>'],
  ])('beside the text of %s are not', (_, html) => {
    expect(texts(html)).toEqual(['timeout >', '30 seconds.']);
  });

  it('beside a mark, an icon or a term of its own are the text still', () => {
    expect(texts('<dl><dt><i aria-hidden="true">add</i><button>Why?</button> <a href="#w">¶</a></dt></dl>')).toEqual([
      'Why? >',
    ]);
    const inner = '<dl><dt>Inner</dt></dl>';
    expect(texts(`<details><summary><button>How?</button>${inner}</summary></details>`)).toEqual(['How?', 'Inner >']);
  });

  it('are not counted once for each other', () => {
    const start = process.cpuUsage();
    const buttons = '<button>b</button>'.repeat(20_000);
    expect(texts(`<details><summary>${buttons}</summary></details>`)[0]).toMatch(/^b+/);
    expect(texts(`<details><summary>${buttons}a</summary></details>`)).toEqual(['a >']);
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(5);
  });
});
