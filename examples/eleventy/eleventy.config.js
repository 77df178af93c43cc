import latelight from 'latelight/eleventy';

export default function (eleventyConfig) {
  eleventyConfig.ignores.add('README.md');
  eleventyConfig.addPlugin(latelight, { title: 'Night sky', webgpu: false, examples: ['why do stars twinkle'] });
}

export const config = { pathPrefix: '/sky/' };
