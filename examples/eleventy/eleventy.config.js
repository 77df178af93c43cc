import { IdAttributePlugin } from '@11ty/eleventy';
import latelight from 'latelight/eleventy';

export default function (eleventyConfig) {
  eleventyConfig.ignores.add('README.md');
  // Headings with ids: a hit then leads to its section.
  eleventyConfig.addPlugin(IdAttributePlugin);
  eleventyConfig.addPlugin(latelight, { title: 'Night sky', webgpu: false, examples: ['why do stars twinkle'] });
}

export const config = { pathPrefix: '/night/' };
