// Hits drawn by the page: a function, or a `<template slot="hit">` inside the element whose `data-field` elements are filled in.

import { html } from 'lit';
import type { Hit } from '../../types.ts';
import { segmentExcerpt } from '../excerpt.ts';
import type { Group } from '../grouping.ts';
import { imageAddress } from '../links.ts';
import type { RenderHit } from '../public-element.ts';
import type { HitView } from './hits-view.ts';

export interface FieldSources {
  siteRoot: string;
  address: (hit: Hit) => string | undefined;
}

/**
 * A copy of the template with `data-field="title|excerpt|url|breadcrumb|image"` filled in. Text goes in as text, whatever it looks
 * like; `url` becomes the `href` of a link and `image` the `src` of an image, http(s) only.
 */
function fillTemplate(template: HTMLTemplateElement, hit: Hit, sources: FieldSources): DocumentFragment {
  const copy = document.importNode(template.content, true);
  for (const element of copy.querySelectorAll<HTMLElement>('[data-field]')) fill(element, hit, sources);
  return copy;
}

function fill(element: HTMLElement, hit: Hit, { siteRoot, address }: FieldSources): void {
  switch (element.dataset.field) {
    case 'title':
      element.textContent = hit.title || hit.url;
      break;
    case 'breadcrumb':
      element.textContent = hit.headings.join(' › ');
      break;
    case 'excerpt':
      element.replaceChildren(...segmentExcerpt(hit.excerpt, hit.marks).map(({ text, mark }) => textNode(text, mark)));
      break;
    case 'url': {
      const href = address(hit);
      if (!(element instanceof HTMLAnchorElement)) element.textContent = href ?? '';
      else if (href) element.href = href;
      else element.removeAttribute('href');
      break;
    }
    case 'image': {
      const src = imageAddress(hit, siteRoot);
      if (!(element instanceof HTMLImageElement) || !src) element.remove();
      else Object.assign(element, { loading: 'lazy', referrerPolicy: 'no-referrer', alt: '', src });
      break;
    }
  }
}

function textNode(text: string, mark: { level: number } | undefined): Node {
  if (!mark) return document.createTextNode(text);
  const element = document.createElement('mark');
  element.textContent = text;
  element.dataset.level = String(mark.level);
  element.part.add('mark');
  return element;
}

export interface CustomHitsHost extends HTMLElement {
  readonly renderHit: RenderHit | undefined;
}

/** Keeps what was drawn for a hit as long as the hit is shown, so that an update neither moves focus nor draws again. */
export class CustomHits {
  private readonly host: CustomHitsHost;
  private source: RenderHit | HTMLTemplateElement | null = null;
  private siteRoot = '';
  private drawn: HitView | undefined;

  constructor(host: CustomHitsHost) {
    this.host = host;
  }

  /** How to draw a hit, or nothing when the page leaves that to the element; the same function as long as its source is. */
  view(sources: FieldSources): HitView | undefined {
    const source = this.host.renderHit ?? this.host.querySelector<HTMLTemplateElement>(':scope > template[slot="hit"]');
    if (source === this.source && this.siteRoot === sources.siteRoot) return this.drawn;
    this.source = source;
    this.siteRoot = sources.siteRoot;
    this.drawn = source ? once((hit, group) => draw(source, hit, group, sources)) : undefined;
    return this.drawn;
  }
}

function draw(source: RenderHit | HTMLTemplateElement, hit: Hit, group: Group, sources: FieldSources): unknown {
  return source instanceof HTMLTemplateElement ? fillTemplate(source, hit, sources) : source(hit, group, html);
}

function once(view: HitView): HitView {
  const drawn = new WeakMap<Hit, unknown>();
  return (hit, group) => {
    if (!drawn.has(hit)) drawn.set(hit, view(hit, group));
    return drawn.get(hit);
  };
}
