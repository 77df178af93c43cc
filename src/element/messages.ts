// What the element says, put together: messages of one language with their numbers and names filled in.

import { corrected } from '../engine/corrections.ts';
import type { LoadProgress, SearchResult } from '../types.ts';
import { en, type Message } from './languages/en.ts';

export type Messages = Record<keyof typeof en, Message>;
/** Messages that differ from those of a language. */
export type Translations = Partial<Messages>;
type Values = Record<string, string | number>;

/** Names that are the same in every language. */
const PROCESSORS = { webgpu: 'WebGPU', wasm: 'WASM', cpu: 'CPU' };
type Processor = SearchResult['backend'] | SearchResult['encoder'];

export class Wording {
  readonly lang: string;
  private readonly messages: Messages;
  private readonly numbers: Intl.NumberFormat;
  private readonly plurals: Intl.PluralRules;

  /** @param lang BCP 47 tag; numbers and plurals follow it. @param messages the language's, over the English ones */
  constructor(lang = 'en', messages: Translations = {}) {
    this.messages = { ...en, ...messages };
    const [known] = Intl.NumberFormat.supportedLocalesOf(wellFormed(lang));
    this.lang = known ?? 'en';
    this.numbers = new Intl.NumberFormat(this.lang);
    this.plurals = new Intl.PluralRules(this.lang);
  }

  /** @param quantity chooses the form of a message that has several */
  say(key: keyof Messages, values: Values = {}, quantity = 0): string {
    const message = this.messages[key];
    const form = typeof message === 'string' ? message : (message[this.plurals.select(quantity)] ?? message.other);
    return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : whole;
      return typeof value === 'number' ? this.count(value) : value;
    });
  }

  count(value: number): string {
    return this.numbers.format(value);
  }

  /** What went wrong, for someone who only wanted to search. */
  error(code: string | undefined): string {
    return this.say(code !== undefined && Object.hasOwn(this.messages, code) ? (code as keyof Messages) : 'failed');
  }

  /** `12.3 of 41.0 MB`: decimal units, the one that suits the total. */
  bytes(loadedBytes: number, totalBytes: number): string {
    const [unit, size] = totalBytes >= 1e9 ? ['GB', 1e9] : totalBytes >= 1e6 ? ['MB', 1e6] : ['kB', 1e3];
    const loaded = Math.max(0, Math.min(loadedBytes, totalBytes));
    const tenths = { minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;
    const format = (bytes: number) => (bytes / size).toLocaleString(this.lang, tenths);
    return this.say('bytes', { loaded: format(loaded), total: format(totalBytes), unit });
  }

  /** What is going on while an engine opens; `queued` when a query is waiting for it. */
  loading(progress: LoadProgress | undefined, queued: boolean): string {
    const sentence = this.progress(progress);
    return queued ? `${sentence} ${this.say('queued')}` : sentence;
  }

  private progress(progress: LoadProgress | undefined): string {
    if (!progress) return this.say('preparing');
    if (progress.loadedBytes >= progress.totalBytes) return this.say('starting');
    const bytes = this.bytes(progress.loadedBytes, progress.totalBytes);
    return this.say(progress.fromCache ? 'fromCache' : 'downloading', { bytes });
  }

  /** While hits of the instant stage are on show: what is still to come, or that it will not. */
  instant(progress: LoadProgress | undefined, failed: boolean): string {
    if (failed) return this.say('quickOnly');
    if (!progress || progress.loadedBytes >= progress.totalBytes) return this.say('quickSoon');
    return this.say('quickAfter', { bytes: this.bytes(progress.loadedBytes, progress.totalBytes) });
  }

  /** @param pageCount pages of all indexes, if that is known */
  best(groupCount: number, passageCount: number, pageCount: number | undefined): string {
    if (groupCount === 0) return '';
    const total = pageCount ?? passageCount;
    return this.say(pageCount === undefined ? 'bestPassages' : 'bestPages', { count: groupCount, total }, total);
  }

  /** For the live region. */
  announcement(result: SearchResult, groupCount: number): string {
    const values = { count: groupCount, query: shortened(spelt(result)) };
    if (groupCount === 0) return this.say('nothing', values);
    const found = this.say(result.stage === 'instant' ? 'foundQuick' : 'found', values, groupCount);
    return result.phrasesMissed ? `${this.say('unquoted')} ${found}` : found;
  }

  processor(name: Processor): string {
    if (name === 'table') return this.say('wordTable');
    return name === 'reference' ? this.say('reference') : PROCESSORS[name];
  }

  /** `WASM · 12 ms`; both names where encoder and scorer differ. */
  engineSummary({ backend, encoder, timings }: SearchResult): string {
    const names = [...new Set([this.processor(encoder), this.processor(backend)])].join(' + ');
    return `${names} · ${milliseconds(timings.totalMs)}`;
  }
}

/** The query as its words were taken for: what is unfinished stays so. */
export function spelt({ query, corrections = [] }: SearchResult): string {
  return corrected(
    query,
    corrections.filter(({ kind }) => kind === 'spelling'),
  );
}

const MOST_GRAPHEMES = 80;

/** A query as far as one wants to hear or read it again: characters as people count them. */
export function shortened(text: string): string {
  if (text.length <= MOST_GRAPHEMES || !('Segmenter' in Intl)) return text;
  let count = 0;
  for (const { index } of new Intl.Segmenter().segment(text))
    if (count++ === MOST_GRAPHEMES) return `${text.slice(0, index).trimEnd()}…`;
  return text;
}

export function milliseconds(value: number): string {
  return value > 0 && value < 0.95 ? '< 1 ms' : `${Math.round(value)} ms`;
}

/** `lang` attributes are anyone's text; `Intl` throws at most of it. */
function wellFormed(lang: string): string {
  try {
    return Intl.getCanonicalLocales(lang)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
