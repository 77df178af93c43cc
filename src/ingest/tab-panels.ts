// Panels of tabs -> the names of their tabs, which are no text of the page themselves.

import { hasLetterOrDigit } from './clean-text.ts';
import { attribute, type DomElement, hasRole, isElement } from './dom.ts';
import { headingText } from './heading.ts';
import { isListedTab } from './main-content.ts';

/** A list of tabs and the panels in it and behind it, without those inside another panel. */
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
  const newGroup = () => {
    const group: TabGroup = { tabs: [], panels: [] };
    groups.push(group);
    return group;
  };
  // Inside a panel, or a tab that holds one, groups are counted anew, so that tabs in one are not taken for those of the next.
  const stack = roots.map((element) => ({ element, place: { group: newGroup(), isList: false } })).reverse();
  while (stack.length > 0) {
    const { element, place } = stack.pop() as (typeof stack)[number];
    let inside = place;
    if (isListedTab(element)) {
      place.group.tabs.push(element);
      byId.set(attribute(element, 'id') ?? '', element);
      continue;
    }
    if (hasRole(element, 'tablist') && !place.isList) {
      place.group = newGroup();
      inside = { group: place.group, isList: true };
    } else if (hasRole(element, 'tabpanel') || hasRole(element, 'tab')) {
      if (hasRole(element, 'tabpanel')) place.group.panels.push(element);
      inside = { group: newGroup(), isList: false };
    }
    for (let i = element.children.length - 1; i >= 0; i--) {
      const child = element.children[i];
      if (isElement(child)) stack.push({ element: child, place: inside });
    }
  }
  byId.delete('');
  return { groups, byId };
}
