// Markdown, MDX and front matter to sections.

import { describe, expect, it } from 'vitest';
import { readFrontMatter } from './front-matter.ts';
import { parseMarkdown, renderMarkdown } from './markdown.ts';

const parse = (source: string, path = 'docs/page.md') => parseMarkdown(source, { path });
const texts = (source: string, path?: string) =>
  parse(source, path).sections.flatMap((section) => section.blocks.map((block) => block.text));
const anchors = (source: string) => parse(source).sections.map((section) => section.anchor);

describe('Markdown', () => {
  it('gets the heading ids of GitHub, repeated headings and raw HTML headings too', () => {
    expect(anchors('# `a.b()` & more!\nx\n## Set up\nx\n## Set up\nx\n<h2>Über <b>uns</b></h2>\nx')).toEqual([
      'ab--more',
      'set-up',
      'set-up-1',
      'über-uns',
    ]);
  });

  it('makes ids of the whole heading, its marks and readings with it, as GitHub does', () => {
    expect(
      anchors('# § 12 Kündigung\nx\n## Links 🔗\nx\n## ¶ Layout\nx\n## <ruby>東京<rt>とうきょう</rt></ruby>\nx'),
    ).toEqual(['-12-kündigung', 'links-', '-layout', '東京とうきょう']);
  });

  it('gets the heading ids of another rule, repeated ones numbered', () => {
    const slug = (heading: string) => heading.toLowerCase().replace(/\W+/g, '_');
    const { sections } = parseMarkdown(
      '# What’s new\nx\n## Set up\nx\n## Set up 1 {#own}\nx\n## Set up\nx\n## Set up\nx\n## Set `up`-1\nx',
      { path: 'a.md', slug },
    );
    expect(sections.map(({ anchor }) => anchor)).toEqual([
      'what_s_new',
      'set_up',
      'own',
      'set_up-1',
      'set_up-2',
      'set_up_1',
    ]);
  });

  it('with another rule gives no heading an id that the author wrote in braces for another', () => {
    const slug = (heading: string) => heading.toLowerCase();
    const { sections } = parseMarkdown(
      '## Install {#setup}\nx\n## Setup\nx\n## Setup\nx\n\n<h2 id="use">Raw</h2>\n\n## Use\nx',
      { path: 'a.md', slug },
    );
    expect(sections.map(({ anchor }) => anchor)).toEqual(['setup', 'setup-1', 'setup-2', 'use', 'use']);
  });

  it('with the rule of GitHub counts no heading whose id the author wrote', () => {
    expect(anchors('## Options {#cli-options}\nx\n## Options\nx\n## Options\nx')).toEqual([
      'cli-options',
      'options',
      'options-1',
    ]);
  });

  it('prefers an anchor that the author wrote, before or after the heading or in braces', () => {
    expect(anchors('x\n\n<a id="before"></a>\n## A\nx\n\n## B\n<a id=after></a>\n\nx\n\n## C {#custom}\nx')).toEqual([
      undefined,
      'before',
      'after',
      'custom',
    ]);
    expect(parse('## C {#custom}\nx').sections[0].headings).toEqual(['C']);
  });

  it('gives an anchor before a heading to that heading, not to the empty section above', () => {
    expect(anchors('## A\n\n<a id="b"></a>\n\n### B\n\nx')).toEqual(['a', 'b']);
  });

  it('keeps code, tables, images and inline code, and drops comments, badges and tables of contents', () => {
    const page =
      '# T\n\n[![build](https://img.shields.io/b.svg)](x)\n\n<!-- note -->\n\n- [A](#a)\n  - [B](#b)\n\n[[toc]]\n\n' +
      '## A\n\nUse `x < y`.\n\n```js\nif (a) {\n  b();\n}\n```\n\n| K | V |\n|---|---|\n| a | 1 |\n\n![A pier](p.png)';
    expect(texts(page)).toEqual(['Use x < y.', 'if (a) {\n  b();\n}', 'K: a; V: 1.', '[A pier]']);
  });

  it('is all content: callouts, and what stands beside an article or a main element', () => {
    expect(texts('Intro.\n\n<aside>\n💡 A callout.\n</aside>\n\nMore.')).toEqual(['Intro.', '💡 A callout.', 'More.']);
    for (const tag of ['article', 'main'])
      expect(texts(`Intro.\n\n<${tag}>\n\nInside.\n\n</${tag}>\n\nMore.`)).toEqual(['Intro.', 'Inside.', 'More.']);
  });

  it('is what the author marks as its body, where something is', () => {
    expect(texts('Intro.\n\n<div data-latelight-body>\n\nInside.\n\n</div>')).toEqual(['Inside.']);
  });

  it('drops the syntax of admonitions and shortcodes, not their text', () => {
    expect(
      texts('::: tip Title\nText\n:::\n\n:::note[Head]\n\nBody\n\n:::\n\n> [!WARNING]\n> Hot.\n\n{{< ref "x" >}}More'),
    ).toEqual(['Title Text', 'Body', 'Warning: Hot.', 'More']);
    expect(texts('```\n::: tip\n```')).toEqual(['::: tip']);
  });

  it('survives components that HTML would read as open tags', () => {
    expect(
      texts('<Header />\n\nText\n\n<Aside title="x > y">\n\nInside\n\n</Aside>\n\n<Button label={f()} />\n\nAfter'),
    ).toEqual(['Text', 'Inside', 'After']);
    expect(texts('Before <Badge text="new" /> and after')).toEqual(['Before and after']);
    expect(texts('<TABLE><TR><TD>a</TD></TR></TABLE>')).toEqual(['a.']);
  });

  it('reads braces and quotes in the attributes of components', () => {
    const rendered = (tag: string) => renderMarkdown(`<div>\n${tag}x`, true).slice('<div>\n'.length);
    expect(rendered('<Aa b={"c > d"} e="f > g" h=\'>\'>')).toBe('<div>x');
    expect(rendered('<Aa b={{c: 1}} />')).toBe('x');
    expect(rendered('<Aa b="/" c={/}>')).toBe('<div>x');
    expect(rendered('</Aa>')).toBe('</div>x');
    expect(rendered('<Aa b=">')).toBe('<Aa b=">x');
    expect(rendered('<Aa b=" <Bb c>')).toBe('<Aa b=" <div>x');
    expect(rendered('<Aa { b>')).toBe('<div>x');
    expect(rendered('<AA b><Aa/b>')).toBe('<AA b><Aa/b>x');
  });

  // Sizes at which a regular expression for the same takes minutes.
  it.each([
    ['braces', `<div>\n<Aa ${'{}'.repeat(50_000)}`],
    ['open braces', `<div>\n<Aa ${'{'.repeat(1_000_000)}`],
    ['components that do not end', `<div>\n${'<Aa '.repeat(500_000)}`],
    ['components that end within quotes', `<div>\n${'<Aa ">" '.repeat(300_000)}`],
    ['components in braces that are closed once', `<div>\n${'<Aa {'.repeat(20_000)}}`],
    ['a long name', `<div>\n<A${'a'.repeat(1_000_000)}`],
    ['spaces in a heading', `# a${' '.repeat(1_000_000)}{`],
    ['shortcodes', '{{< '.repeat(1_000_000)],
    ['comments of MDX', '{/* '.repeat(1_000_000)],
  ])('goes through %s once, not for minutes', { timeout: 60_000 }, (_, source) => {
    expect(renderMarkdown(`${source}\n\nlast`, true)).toContain('last');
  });

  it('drops import and export of MDX only, and reads indented prose in components', () => {
    const source =
      "import X from './x'\nexport const a = 1\n\n# T\n\n{/* note */}\n\n<X>\n\n    Indented.\n\n</X>\n\n```js\nimport y from 'y'\n```";
    expect(texts(source, 'a.mdx')).toEqual(['Indented.', "import y from 'y'"]);
    expect(texts('import duties apply', 'a.md')).toEqual(['import duties apply']);
  });
});

describe('front matter', () => {
  it('gives title, language, metadata and filters', () => {
    const page = parse(
      '\uFEFF---\r\ntitle: "A: b"\r\nlang: fr\r\ndescription: D\r\ndate: 2024-05-01\r\ntags: [x, y, x]\r\ncategory: a, b\r\n---\r\n# H\r\ntext',
    );
    expect(page).toMatchObject({
      title: 'A: b',
      lang: 'fr',
      meta: { description: 'D', date: '2024-05-01' },
      filters: { tags: ['x', 'y'], category: ['a', 'b'] },
      sections: [{ headings: ['H'], blocks: [{ text: 'text' }] }],
      warnings: [],
    });
  });

  it('without a title leaves it to the first h1, the first heading, the file name', () => {
    expect(parse('---\ntags: a\n---\n## B\nx\n# A\nx').title).toBe('A');
    expect(parse('---\ndate: 2024-05-01\nsort:\n  weight: 3\n  date: 2025\n---\nx').sort).toEqual({
      date: '2025',
      weight: '3',
    });
    expect(parse('---\nsort: [1]\n---\nx').sort).toEqual({});
    expect(parse('## B\nx').title).toBe('B');
    expect(parse('x', 'docs/get-going/README.md').title).toBe('get going');
  });

  it.each([
    'title: [unclosed',
    'a: b: c',
    'x: *missing',
    'title: "open',
    `a: &a [x]\n${'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n'.repeat(1)}c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]`,
  ])('that is broken (%j) is a warning, and the text is still read', (yaml) => {
    const page = parse(`---\n${yaml}\n---\n# H\ntext`);
    expect(page.title).toBe('H');
    expect(page.warnings).toHaveLength(1);
    expect(page.sections[0].blocks).toMatchObject([{ text: 'text' }]);
  });

  it('that is broken is told of in a whole sentence, with the line of the file', () => {
    expect(parse('---\ntags: x\ntitle: "unclosed\n---\n# H\ntext').warnings).toEqual([
      'front matter is not valid YAML and was ignored: Missing closing "quote at line 4, column 1',
    ]);
  });

  it('is not every rule at the top of a file', () => {
    expect(readFrontMatter('---\n\nSome prose\n\n---\nmore').body).toContain('Some prose');
    expect(readFrontMatter('---\ntitle: never closed\n').title).toBe('');
    expect(readFrontMatter('---\n---\ntext').body).toBe('text');
  });

  it.each(['date created: 2024-05-01', 'größe: 3', '"created at": 1', '作成日: 2024-05-01', 'due (UTC): soon'])(
    'may begin with a key of any words: %s',
    (first) => {
      const front = readFrontMatter(`---\n${first}\ntitle: T\ndraft: true\n---\ntext`);
      expect(front).toMatchObject({ title: 'T', exclusion: expect.any(String), body: 'text', warnings: [] });
    },
  );

  it.each([
    'See also: the lamp,\nand the log',
    '\nSee also: the lamp',
    'See https://a.example/b',
    '- See also: the lamp',
  ])('is no prose between rules, whatever colons are in it: %j', (prose) => {
    const source = `---\n${prose}\n---\nmore`;
    expect(readFrontMatter(source)).toMatchObject({ body: source, warnings: [] });
  });

  it('excludes drafts and pages that ask for it', () => {
    for (const line of ['draft: true', 'published: false', 'search: false', 'unlisted: true']) {
      expect(parse(`---\n${line}\n---\nx`).exclusion).toBeDefined();
    }
    for (const line of ['draft: yes', 'draft: On', 'published: no', 'published: "false"', 'search: off']) {
      expect(parse(`---\n${line}\n---\nx`).exclusion, line).toBeDefined();
    }
    for (const line of ['draft: false', 'draft: no', 'published: yes', 'search: some words']) {
      expect(parse(`---\n${line}\n---\nx`).exclusion, line).toBeUndefined();
    }
  });

  it('in TOML gives the same as in YAML', () => {
    const page = parse(
      '\uFEFF+++\r\ntitle = "A: b"\r\nlang = \'fr\'\r\ndate = 2024-05-01T10:00:00+02:00 # of the first\r\ntags = ["x", "y",\r\n  "x"]\r\n' +
        'draft = false\r\n\r\ndescription = """\r\nTwo\r\nlines"""\r\n[sort]\r\nweight = 3\r\n[params]\r\ntitle = "other"\r\n+++\r\n# H\r\ntext',
    );
    const date = '2024-05-01T10:00:00+02:00';
    expect(page).toMatchObject({
      title: 'A: b',
      lang: 'fr',
      meta: { description: 'Two lines', date },
      filters: { tags: ['x', 'y'] },
      sort: { date, weight: '3' },
      exclusion: undefined,
      sections: [{ headings: ['H'], blocks: [{ text: 'text' }] }],
      warnings: [],
    });
    expect(readFrontMatter('+++\n+++\ntext')).toMatchObject({ body: 'text', warnings: [] });
  });

  it('in TOML excludes drafts and pages that ask for it', () => {
    for (const line of ['draft = true', 'search = false', 'unlisted = true']) {
      expect(parse(`+++\ntitle = 'T'\n${line}\n+++\nx`).exclusion, line).toBeDefined();
    }
  });

  it('in TOML that is broken is a warning with the line of the file, and the text is still read', () => {
    expect(parse('+++\ntitle = "x"\ndate = soon\n+++\ntext')).toMatchObject({
      title: 'page',
      sections: [{ blocks: [{ text: 'text' }] }],
      warnings: ['front matter is not valid TOML and was ignored: expected a value at line 3, got "soon"'],
    });
  });
});
