// What the page was started for, as its address says: a shortcut of the installed app, or files that were shared with it.

export interface Start {
  /** `search`: put the cursor into the box. `add`: offer to pick files. */
  action: 'search' | 'add' | undefined;
  /** `failed`: files were shared, and could not be kept: most likely the disk is full. `refused`: another website sent them, or too many. */
  shared: 'failed' | 'refused' | undefined;
  /** The address without all that: a reload does not do it again. */
  address: string;
}

export function readStart(href: string): Start {
  const url = new URL(href);
  const { searchParams } = url;
  const action = searchParams.has('add') ? 'add' : searchParams.has('search') ? 'search' : undefined;
  const outcome = searchParams.get('shared');
  const shared = outcome === 'failed' || outcome === 'refused' ? outcome : undefined;
  for (const name of ['search', 'add', 'shared']) searchParams.delete(name);
  return { action, shared, address: url.href };
}
