// One HTML page to sections: what counts as content, and what it becomes.

import { describe, expect, it } from 'vitest';
import { parseHtml } from './html.ts';

const parse = (html: string, path = 'page.html') => parseHtml(html, { path });
const texts = (html: string) => parse(html).sections.flatMap((section) => section.blocks.map((block) => block.text));
const sectionsOf = (html: string) => parse(html).sections.map(({ headings, anchor }) => [headings.join(' > '), anchor]);

describe('main content', () => {
  it('is every main element in order, and nothing outside them', () => {
    expect(texts('<p>out</p><main><p>one</p></main><p>out</p><div role="main"><p>two</p></div>')).toEqual([
      'one',
      'two',
    ]);
  });

  it('falls back to articles, and to the body without the parts that belong to the site', () => {
    expect(texts('<p>out</p><article>a<article>inner</article></article><article>b</article>')).toEqual([
      'a',
      'inner',
      'b',
    ]);
    const body =
      '<header>h</header><nav>n</nav><p>text</p><aside>a</aside><footer>f</footer><div role="search">s</div>';
    expect(texts(`<body>${body}`)).toEqual(['text']);
  });

  it('of a body keeps the header of a section, and leaves out that of the page', () => {
    const page =
      '<header><h1>Banner</h1></header><section><div><header>3 May<h2>Wiring</h2><p>Lead.</p></header></div><p>Text.</p></section>';
    expect(parse(`<body>${page}`).sections).toMatchObject([
      { headings: ['Wiring'], blocks: [{ text: 'Lead.' }, { text: 'Text.' }] },
    ]);
  });

  it('passes over a main element without text', () => {
    expect(texts('<main><div id="app"></div></main><p>text</p>')).toEqual(['text']);
  });

  it('leaves out scripts, styles, templates, hidden elements and form controls', () => {
    const junk =
      '<p style="visibility:hidden">v</p><p style="color: red; Visibility : Hidden">w</p><script>s()</script><style>x{}</style><template><p>t</p></template><noscript>n</noscript><svg><text>v</text></svg>' +
      '<p hidden>h</p><p aria-hidden="true">a</p><p style="display: none">d</p><button>b</button><select><option>o</select><textarea>t</textarea>';
    expect(texts(`<main>${junk}<p>kept</p><p hidden="until-found">found</p></main>`)).toEqual(['kept', 'found']);
  });

  it("leaves out the language in a listing's corner, and no other element of that class", () => {
    const listing =
      '<div class="language-sh vp"><button>Copy</button><span class="lang">sh</span><pre><code>npm ci</code></pre></div>';
    expect(texts(`<main>${listing}<p class="lang">sh is a shell.</p></main>`)).toEqual(['npm ci', 'sh is a shell.']);
  });

  it('keeps the heading and the lead of a header inside the content', () => {
    const page =
      '<article><header><div>3 May</div><h1>Title</h1><p>Lead.</p><nav>n</nav></header><p>Text.</p></article>';
    expect(parse(page).sections).toMatchObject([
      { headings: ['Title'], blocks: [{ text: 'Lead.' }, { text: 'Text.' }] },
    ]);
  });

  it('keeps quotations, tables and listings of a header inside the content, and leaves out its lists and bare text', () => {
    const header =
      '<blockquote>All is <em>flux</em>.<footer>Heraclitus</footer></blockquote><ul><li>Tagged: rivers</li></ul><div>By Ada</div>' +
      '<table><thead><tr><th>Depth<tbody><tr><td>2 m</table><pre>npm ci</pre>';
    expect(texts(`<article><header>3 May${header}</header><p>Text.</p></article>`)).toEqual([
      'All is flux.',
      'Heraclitus',
      'Depth: 2 m.',
      'npm ci',
      'Text.',
    ]);
  });

  it('keeps an aside that is prose and drops one that is links', () => {
    const note = '<aside><p>Mind the gap.</p></aside>';
    const contents = '<aside>On this page <a href="#a">First steps</a> <a href="b.html">Second steps</a></aside>';
    expect(texts(`<main>${note}${contents}</main>`)).toEqual(['Mind the gap.']);
  });

  it('is what data-latelight-body marks, minus data-latelight-ignore', () => {
    const page =
      '<main><p>no</p><div data-latelight-body><p>yes</p><p data-latelight-ignore>no</p><p data-latelight-ignore="all">no</p></div></main>';
    expect(texts(page)).toEqual(['yes']);
    expect(parse(page).hasBodyMark).toBe(true);
  });
});

describe('malformed pages', () => {
  it('closes unclosed paragraphs, lists and cells as a browser does', () => {
    expect(texts('<p>a<p>b <i>c<p>d<ul><li>e<li>f</ul><table><tr><td>g<td>h')).toEqual([
      'a',
      'b c',
      'd',
      'e',
      'f',
      'g; h.',
    ]);
  });

  it('needs no html, head or body', () => {
    expect(parse('Just text')).toMatchObject({
      title: 'page',
      titleIsFileName: true,
      sections: [{ blocks: [{ text: 'Just text' }] }],
    });
  });

  it('reads 5,000 nested elements', () => {
    expect(texts(`${'<div>'.repeat(5000)}deep<b>er</b>`).join('')).toContain('deeper');
  });

  it('does not stumble over wrong nesting, stray end tags and unclosed comments', () => {
    expect(texts('</div></p><b><p>a</b>b</p></table><p>c <!-- never closed')).toEqual(
      expect.arrayContaining(['ab', 'c']),
    );
  });

  it('does not let a colspan of a million make a million cells', () => {
    const start = process.cpuUsage();
    const table = `<table>${'<tr><td colspan="1000000" rowspan="1000000">a<td>b'.repeat(40)}</table>`;
    expect(texts(table)[0]).toBe('a; b.');
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(1);
  });

  it('repeats a cell in a hundred rows and columns at most', () => {
    const rows = texts(`<table><tr><td rowspan="5000">a<td>b${'<tr><td>c'.repeat(200)}</table>`)
      .join('\n')
      .split('\n');
    expect(rows.length).toBe(201);
    expect(rows.filter((row) => row.startsWith('a; ')).length).toBe(100);
    const wide = `<thead><tr><th colspan="5000">Year<tbody><tr>${'<td>1'.repeat(200)}`;
    expect(texts(`<table>${wide}</table>`).join('').split('Year').length - 1).toBe(100);
  });
});

it('readings beside words are in no text and no heading', () => {
  const ruby = '<ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京<rt>きょう</rt></ruby>';
  const page = `<main><h2 id="t">${ruby}の塔</h2><p>${ruby}は首都。</p><table><tr><td>${ruby}</td><td>1</td></tr></table></main>`;
  expect(parse(page).sections).toMatchObject([
    { headings: ['東京の塔'], blocks: [{ text: '東京は首都。' }, { text: '東京; 1.' }] },
  ]);
});

describe('headings', () => {
  it('make a path, skipped levels included', () => {
    const page = '<main><h1>A</h1>0<h3 id=b>B</h3>1<h2 id=c>C</h2>2<h1 id=d>D</h1>3</main>';
    expect(sectionsOf(page)).toEqual([
      ['A', undefined],
      ['A > B', 'b'],
      ['A > C', 'c'],
      ['D', 'd'],
    ]);
  });

  it.each([
    ['VitePress', '<h2 id="x">Wiring <a class="header-anchor" href="#x" aria-label="Permalink">\u200B</a></h2>'],
    ['Sphinx', '<h2 id="x">Wiring<a class="headerlink" href="#x" title="Link to this heading">¶</a></h2>'],
    ['GitHub', '<h2><a id="x" class="anchor" aria-hidden="true" href="#x"><svg><path/></svg></a>Wiring</h2>'],
    ['Docusaurus', '<h2 id="x">Wiring<a href="#x" class="hash-link" translate="no">\u200B</a></h2>'],
    ['a self link', '<h2 id="x"><a href="#x">Wiring</a></h2>'],
    ['a named permalink', '<h2 id="x">Wiring <a class="heading-anchor" href="/page.html#x">Section</a></h2>'],
    ['a symbol', '<h2 id="x"><span aria-hidden="true"># </span>Wiring</h2>'],
    ['an accordion', '<h2 id="x"><button>Wiring</button></h2>'],
    ['a copy button', '<h2 id="x">Wiring<button id="copy">Copy link</button></h2>'],
    ['old anchors', '<h2><a name="x"></a>Wiring</h2>'],
    ['an anchor before it', '<a id="x"></a><h2>Wiring</h2>'],
    ['docutils', '<section id="x"><h2>Wiring</h2></section>'],
    ['invisible characters', '<h2 id="x">Wir\u00ADing\uFEFF\u202E</h2>'],
    ['an ARIA heading', '<div role="heading" aria-level="2" id="x">Wiring</div>'],
  ])('are clean and have their anchor as written by %s', (_, heading) => {
    expect(sectionsOf(`<main><h1>T</h1><p>p</p>${heading}<p>q</p></main>`)).toEqual([
      ['T', undefined],
      ['T > Wiring', 'x'],
    ]);
  });

  it('keep a hash that belongs to the name', () => {
    expect(sectionsOf('<main><h1>Issue #12 in C#</h1>x</main>')).toEqual([['Issue #12 in C#', undefined]]);
  });

  it('keep the sign of a paragraph of law before its number, and no other', () => {
    expect(sectionsOf('<main><h1>§ 12 Notice</h1>x<h1>§ Notice</h1>x</main>')).toEqual([
      ['§ 12 Notice', undefined],
      ['Notice', undefined],
    ]);
  });

  it('have a formula once, as its TeX source', () => {
    const math = (source: string) =>
      `<math><semantics><mrow><mi>E</mi><mo>=</mo><mi>m</mi></mrow>${source}</semantics></math>`;
    const katex = (source: string) =>
      `<span class="katex"><span class="katex-mathml">${math(source)}</span><span class="katex-html" aria-hidden="true"><span>E</span>=m</span></span>`;
    const tex = '<annotation encoding="application/x-tex">E=m c^2</annotation>';
    for (const formula of [katex(tex), math(tex)])
      expect(parse(`<main><h1>Why ${formula} holds</h1>x</main>`).title).toBe('Why E=m c^2 holds');
    expect(parse(`<main><h1>Why ${katex('')} holds</h1>x</main>`).title).toBe('Why E=m holds');
    const drawn = '<span class="katex"><span class="katex-html" aria-hidden="true">E=m</span></span>';
    expect(parse(`<main><h1>Why ${drawn} holds</h1>x</main>`).title).toBe('Why E=m holds');
  });

  it('with markup in them stay text', () => {
    const page = parse('<main><h1>&lt;script&gt;alert(1)&lt;/script&gt; <code>a&lt;b&gt;</code></h1><p>x</p></main>');
    expect(page.title).toBe('<script>alert(1)</script> a<b>');
    expect(parse('<main><h1>T<script>alert(1)</script></h1>x</main>').title).toBe('T');
  });

  it.each([
    ['DocBook', '<div class="note"><h3 class="title">Note</h3><p>Mind.</p></div>', 'Note:'],
    [
      'Docusaurus',
      '<div class="admonition alert alert--info"><div><h5>Heed this!</h5></div><p>Mind.</p></div>',
      'Heed this!',
    ],
    ['an aside', '<aside><h4 id="w">Warning</h4><p>Mind.</p></aside>', 'Warning:'],
  ])('of a note as written by %s are lines of the section around it', (_, note, line) => {
    expect(parse(`<main><h1>T</h1><h2 id="a">A</h2><p>p</p>${note}<p>q</p></main>`).sections).toMatchObject([
      { headings: ['T'] },
      {
        headings: ['T', 'A'],
        anchor: 'a',
        blocks: [{ text: 'p' }, { text: line, leadsOn: true }, { text: 'Mind.' }, { text: 'q' }],
      },
    ]);
  });

  it('of an element with the class of a note that is a part of the page, or the page, begin sections', () => {
    const part = '<div class="info"><h2>B</h2><p>p</p><h3>C</h3><p>q</p></div>';
    expect(sectionsOf(`<main><h1>A</h1>${part}</main>`).map(([path]) => path)).toEqual(['A', 'A > B', 'A > B > C']);
    for (const page of ['<div class="note"><h2>A</h2><p>p</p></div>', '<div class="note"><h1>A</h1><p>p</p></div>'])
      expect(sectionsOf(`<main>${page}</main>`)).toEqual([['A', undefined]]);
  });

  it('take no anchor from what wraps the whole page', () => {
    expect(sectionsOf('<main><div id="app"><h1>T</h1>x</div></main>')).toEqual([['T', undefined]]);
  });
});

describe('blocks', () => {
  it('keep the lines of code and its indentation, however lines are marked up', () => {
    const code = ['if a:', '    b()'];
    expect(texts('<main><pre><code>if a:\n    b()\n\n</code></pre></main>')).toEqual([code.join('\n')]);
    expect(texts('<main><pre><span>if a:<br></span><span>    b()<br></span></pre></main>')).toEqual([code.join('\n')]);
    expect(texts('<main><pre><div>if a:</div><div>    b()</div></pre></main>')).toEqual([code.join('\n')]);
    const gutter = '<table><tr><td class="linenos"><pre>1\n2</pre></td><td><pre>if a:\n    b()</pre></td></tr></table>';
    expect(texts(`<main>${gutter}</main>`)).toEqual([code.join('\n')]);
  });

  it.each([
    [
      'in a table',
      '<table><tr><td><pre><code><span class="lnt" id="1">1\n</span></code></pre></td><td><pre>a()</pre></td></tr></table>',
    ],
    ['that are links', '<pre><a class="lnlinks" href="#1">1</a>a()</pre>'],
    [
      'without classes',
      '<pre><span style="white-space:pre;-webkit-user-select:none;user-select:none;color:#7f7f7f"> 1</span><span>a()</span></pre>',
    ],
    [
      'without classes, in a table',
      '<table><tr><td><pre><span style="user-select:none"><a href="#1">1</a>\n</span></pre></td><td><pre>a()</pre></td></tr></table>',
    ],
  ])('leave out the line numbers of Hugo %s', (_, listing) => {
    expect(texts(`<main>${listing}</main>`)).toEqual(['a()']);
  });

  it.each([
    [
      'GTK-Doc',
      '<table><tr><td class="listing_lines" align="right"><pre>1\n2</pre></td><td><pre>a()\nb()</pre></td></tr></table>',
    ],
    ['Javadoc', '<pre><span class="source-line-no">001</span>a()\n<span class="source-line-no">002</span>b()</pre>'],
    [
      'anyone',
      '<table><tr><td><pre><a href="#8">8</a>\n<a href="#9">9</a>\n10\n</pre></td>\n<td><pre>a()\nb()</pre></td></tr></table>',
    ],
  ])('leave out the line numbers of %s', (_, listing) => {
    expect(texts(`<main>${listing}</main>`)).toEqual(['a()\nb()']);
  });

  it('keep numbers that are no count of lines, and those that a program printed', () => {
    const printed = '<table><tr><td><pre>8\n8</pre></td><td><pre>a()\nb()</pre></td></tr></table><pre>1\n2</pre>';
    expect(texts(`<main>${printed}</main>`)).toEqual(['8\n8', 'a()\nb()', '1\n2']);
  });

  it('keep what cannot be selected and is more than a number', () => {
    expect(texts('<main><pre><span style="user-select: none">$ </span>go run 1</pre></main>')).toEqual(['$ go run 1']);
    expect(texts('<main><p>Step <b style="user-select:none">1b</b></p></main>')).toEqual(['Step 1b']);
  });

  it('keep numbers that cannot be selected where there is no listing', () => {
    const price = '<p>It costs <b style="user-select:none">42</b> euros.</p>';
    expect(texts(`<main>${price}</main>`)).toEqual(['It costs 42 euros.']);
  });

  it('turn table rows into lines that carry their headers', () => {
    const table =
      '<table><caption>Parts</caption><tr><th>Part<th colspan=2>Size<tr><td rowspan=2>Lens<td>4 cm<td>6 cm<tr><td>5 cm<td></table>';
    expect(texts(`<main>${table}</main>`)).toEqual([
      'Parts',
      'Part: Lens; Size: 4 cm; Size: 6 cm.',
      'Part: Lens; Size: 5 cm.',
    ]);
  });

  it('keep the words of a cell apart where the page has no space between blocks', () => {
    const cell = '<ul><li>read</li><li>wri<b>te</b></li></ul>or<div>append<br>only</div>once';
    expect(texts(`<main><table><tr><th>Name<th>Mode<tr><td>log<td>${cell}</table></main>`)).toEqual([
      'Name: log; Mode: read write or append only once.',
    ]);
  });

  it('read images, formulas and footnote marks of a cell as those of a paragraph', () => {
    const formula = '<math><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></math>';
    const cell = `<img src="y.svg" alt="Supported"><img src="https://img.shields.io/x.svg" alt="build">${formula}from 2<sup><a href="#n1">1</a></sup><sup>nd</sup>`;
    expect(texts(`<main><table><tr><th>Mode<th>State<tr><td>read<td>${cell}</table></main>`)).toEqual([
      'Mode: read; State: [Supported] x^2 from 2nd.',
    ]);
  });

  it('keep row headers, and read a table for layout as text', () => {
    expect(texts('<main><table><tr><th>A<td>1<tr><th>B<td>2</table></main>')).toEqual(['A; 1.', 'B; 2.']);
    expect(texts('<main><table role=presentation><tr><td><p>left</p><td><p>right</p></table></main>')).toEqual([
      'left',
      'right',
    ]);
  });

  it('cover lists, definitions, details, captions and line breaks', () => {
    const page =
      '<ul><li>a<ol><li>b</ol></ul><dl><dt>t<dd>d</dl><details><summary>s</summary>x</details>' +
      '<figure><img src=x.png alt="A pier"><figcaption>f</figcaption></figure><p>1<br>2</p>';
    expect(texts(`<main>${page}</main>`)).toEqual(['a', 'b', 't', 'd', 's', 'x', '[A pier]', 'f', '1\n2']);
  });

  it('have no marks of permalinks, and keep signs that are links', () => {
    const mark = '<a class="headerlink" href="#f" title="Permalink to this definition">¶</a>';
    const page =
      `<dl><dt id="f"><code>f(x)</code>${mark}</dt><dd>Calls.</dd></dl><pre>run()<a href="#r"><span>§</span></a></pre>` +
      `<table><tr><th>Name<th>Use<tr><td>f${mark}<td>calls</table><p>Add with <a href="#plus">+</a>, xor with <a href="#xor">#</a>.</p><p>Wait<a class="anchor" href="#w">#</a></p>`;
    expect(texts(`<main>${page}</main>`)).toEqual([
      'f(x)',
      'Calls.',
      'run()',
      'Name: f; Use: calls.',
      'Add with +, xor with #.',
      'Wait',
    ]);
  });

  it('have no badges, footnote marks, file names or second copies of formulas', () => {
    expect(
      texts(
        '<main><p><a href=x><img alt=build src="https://img.shields.io/x.svg"></a></p><p>Said<sup><a href="#fn1">[1]</a></sup>.</p></main>',
      ),
    ).toEqual(['Said.']);
    expect(texts('<main><p>a<img src=a.png alt="IMG_1.png">b</p></main>')).toEqual(['ab']);
    const formula =
      '<math><semantics><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></semantics></math>';
    expect(texts(`<main><p>Let ${formula}<span aria-hidden="true">x2</span></p></main>`)).toEqual(['Let x^2']);
  });

  it('decode entities and collapse white space', () => {
    expect(texts('<main><p>  a&nbsp;&amp;\n\n b&lt;c  <b>d</b>e\u200B </p></main>')).toEqual(['a & b<c de']);
  });

  it('leave out lists of links into the page and edit links, and keep links to elsewhere', () => {
    const page =
      '<h2 id="t">Contents</h2><ul><li><a href="#a">A</a><ul><li><a href="#b">B</a></li></ul></li></ul>' +
      '<h2 id="a">A</h2><p>See <a href="#b">below</a>.</p><p><a href="/e">Edit this page</a></p><ul><li><a href="/x">Other page</a></ul>';
    expect(texts(`<main>${page}</main>`)).toEqual(['See below.', 'Other page']);
    expect(parse(`<main>${page}</main>`).sections[0]).toMatchObject({ onlyContents: true });
  });

  it('leave out breadcrumbs before the heading, but not the links of a page without headings', () => {
    expect(texts('<main><div><a href="..">Docs</a> / <a href=".">Guide</a></div><h1>T</h1><p>x</p></main>')).toEqual([
      'x',
    ]);
    expect(texts('<main><p><a href="..">Docs</a></p></main>')).toEqual(['Docs']);
  });

  it('shorten a run that no one can read, such as a data URI', () => {
    expect(texts(`<main><p>a ${'x'.repeat(5000)} b</p></main>`)).toEqual([`a ${'x'.repeat(80)}… b`]);
    expect(texts(`<main><p>${'長'.repeat(1000)}</p></main>`)[0]).toHaveLength(1000);
  });
});

describe('title', () => {
  it.each([
    ['<title>Install | My Site</title><main><h1>Install</h1>x', 'Install'],
    ['<title>My Site - Install</title><main><h1>Install</h1>x', 'Install'],
    ['<title>Installing things</title><main><h1>Install</h1>x', 'Installing things'],
    ['<title>A &amp; B</title><main>x', 'A & B'],
    ['<svg><title>Icon</title></svg><main><h2>Second</h2>x<h1>First</h1>y', 'First'],
    ['<main><h3>Third</h3>x', 'Third'],
    ['<main><p data-latelight-meta="title">Named</p><h1>H</h1>x', 'Named'],
    ['<header><h1>Banner</h1></header><p>x', 'getting started'],
  ])('of %s is %s', (html, title) => {
    expect(parse(html, 'docs/getting-started.html').title).toBe(title);
  });
});

describe('metadata', () => {
  it('reads the three forms of data-latelight-meta, outside the content and inside ignored parts too', () => {
    const page = parse(
      '<body><p data-latelight-ignore><img data-latelight-meta="image[src], image_alt[alt], note:One, two: three" src="a.png" alt="A"></p>' +
        '<div data-latelight-ignore="all"><b data-latelight-meta="lost">x</b></div><main><b data-latelight-meta="author">Ann <i>Lee</i></b></main>',
    );
    expect(page.meta).toEqual({ image: 'a.png', image_alt: 'A', note: 'One, two: three', author: 'Ann Lee' });
  });

  it('collects several values of a filter once each', () => {
    const page = parse(
      '<main><b data-latelight-filter="tag">a</b><b data-latelight-filter="tag, kind:x">b</b><b data-latelight-filter="tag:a">c</b>',
    );
    expect(page.filters).toEqual({ tag: ['a', 'b'], kind: ['x'] });
  });

  it('reads values to order by, and the date of publication when none is given', () => {
    const published = '<meta property="article:published_time" content="2026-01-02">';
    const sortOf = (html: string) => parse(html).sort;
    expect(sortOf(`<head>${published}</head><main>x<b data-latelight-sort="size:12, order">3</b></main>`)).toEqual({
      date: '2026-01-02',
      size: '12, order',
    });
    expect(
      sortOf(`<head>${published}</head><main><i data-latelight-sort="date[datetime]" datetime="2025">x</i></main>`),
    ).toEqual({
      date: '2025',
    });
    expect(sortOf('<main>x</main>')).toEqual({});
  });

  it('cannot be used to change prototypes', () => {
    const page = parse('<main><b data-latelight-filter="__proto__:x" data-latelight-meta="__proto__:y">t</b>');
    expect(Object.keys(page.filters)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(page.meta)).toBe(Object.prototype);
  });

  it('defaults to the description and og:image, else the first image of the content', () => {
    const head =
      '<html lang="de-CH"><meta name="Description" content=" d\n e "><meta property="og:image" content="/o.png">';
    expect(parse(`${head}<main><img src=i.png>x`)).toMatchObject({
      lang: 'de-CH',
      meta: { description: 'd e', image: '/o.png' },
    });
    expect(parse('<img src=logo.png><main><img src="data:x"><img src=i.png>x').meta).toEqual({ image: 'i.png' });
  });

  it.each([
    ['<meta name="ROBOTS" content="NoIndex,follow">x', 'robots noindex'],
    ['<meta http-equiv="Refresh" content="0;URL=x.html">x', 'redirects to another page'],
    ['<meta http-equiv="refresh" content="300">x', undefined],
    ['<meta name="robots" content="index">x', undefined],
    ['<meta name="robots" content="NONE">x', 'robots noindex'],
    ['<meta name="robots" content="nofollow noindex">x', 'robots noindex'],
    ['<meta name="robots" content="index, follow, max-image-preview:none">x', undefined],
    ['<meta name="robots" content="max-image-preview : none; max-snippet: -1">x', undefined],
  ])('of %s excludes the page: %s', (html, exclusion) => {
    expect(parse(html).exclusion).toBe(exclusion);
  });
});
