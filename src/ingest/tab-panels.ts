// Panels of tabs -> the names of their tabs, which stand in a list of tabs that is no text of the page.

import { hasLetterOrDigit } from './clean-text.ts';
import { attribute, type DomElement, hasRole, isElement, outermost } from './dom.ts';
import { headingText } from './heading.ts';

/** A list of tabs and the panels that follow it, without those inside another panel. */
interface TabGroup {
  tabs: DomElement[];
  panels: DomElement[];
}

// Names are repeated for each panel that asks for them: a hostile page must not become a thousand times as long.
const MAX_TABS_OF_PANEL = 3;
const MAX_LABEL_LENGTH = 200;

/** By `aria-labelledby`; where that names no tab, by position, if there are as many tabs as panels. */
export function tabLabels(roots: readonly DomElement[]): Map<DomElement, string> {
  const names = new Map<DomElement, string>();
  const nameOf = (tab: DomElement) => {
    const name = names.get(tab) ?? headingText(tab).slice(0, MAX_LABEL_LENGTH);
    names.set(tab, name);
    return name;
  };
  const { groups, byId } = findTabs(roots);
  const labels = new Map<DomElement, string>();
  for (const { tabs, panels } of groups) {
    panels.forEach((panel, index) => {
      const ids = (attribute(panel, 'aria-labelledby') ?? '').split(/\s+/, MAX_TABS_OF_PANEL);
      const named = ids.flatMap((id) => byId.get(id) ?? []);
      const byPosition = tabs.length === panels.length ? [tabs[index]] : [];
      const label = (named.length > 0 ? named : byPosition).map(nameOf).join(' ').trim();
      if (hasLetterOrDigit(label)) labels.set(panel, label);
    });
  }
  return labels;
}

function findTabs(roots: readonly DomElement[]): { groups: TabGroup[]; byId: Map<string, DomElement> } {
  const groups: TabGroup[] = [];
  const byId = new Map<string, DomElement>();
  const newGroup = (tabs: DomElement[]) => {
    const group: TabGroup = { tabs, panels: [] };
    groups.push(group);
    return group;
  };
  // Inside a panel groups are counted anew, so that tabs in one are not taken for those of the next.
  const stack = roots.map((element) => ({ element, place: { group: newGroup([]) } })).reverse();
  while (stack.length > 0) {
    const { element, place } = stack.pop() as (typeof stack)[number];
    let inside = place;
    if (hasRole(element, 'tablist')) {
      const tabs = outermost(element, (inner) => hasRole(inner, 'tab'));
      for (const tab of tabs) byId.set(attribute(tab, 'id') ?? '', tab);
      place.group = newGroup(tabs);
      continue;
    }
    if (hasRole(element, 'tabpanel')) {
      place.group.panels.push(element);
      inside = { group: newGroup([]) };
    }
    for (let i = element.children.length - 1; i >= 0; i--) {
      const child = element.children[i];
      if (isElement(child)) stack.push({ element: child, place: inside });
    }
  }
  byId.delete('');
  return { groups, byId };
}
