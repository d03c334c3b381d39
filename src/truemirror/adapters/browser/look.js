// Looks for one part of the page and tells whether a person could act on it.
// Given JSON {locator, act, scroll}, gives back [JSON, element]. Names and roles are the browser's own computed ones.
async (asked) => {
  const {locator, act, scroll} = JSON.parse(asked);
  const collapse = (text) => (text || '').replace(/\s+/g, ' ').trim();
  const fits = (name, wanted) =>
    !wanted || ('text' in wanted ? name === wanted.text : new RegExp(wanted.pattern, wanted.flags).test(name));
  const INPUTS = 'input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image],[type=checkbox],' +
    '[type=radio]),textarea,select,[contenteditable=""],[contenteditable=true],[role=textbox],[role=searchbox],' +
    '[role=combobox],[role=spinbutton],[role=slider]';
  const all = (root, selector) => {
    const found = [...root.querySelectorAll(selector)];
    for (const host of root.querySelectorAll('*')) {
      if (host.shadowRoot) found.push(...all(host.shadowRoot, selector));
    }
    if (root.shadowRoot) found.push(...all(root.shadowRoot, selector));
    return found;
  };
  const visible = (one) => {
    if (!one.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})) return false;
    if (getComputedStyle(one).display === 'contents') return [...one.children].some(visible) || !!collapse(one.textContent);
    const box = one.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  const written = (one) => collapse(one.getAttribute('aria-label') || one.innerText || one.textContent ||
    one.value || one.getAttribute('alt') || one.title);
  const nameOf = (one) => collapse(one.computedName) || (visible(one) ? '' : written(one));
  const namesOf = (one) => [nameOf(one), ...[...(one.labels || [])].map((label) => collapse(label.textContent)),
    collapse(one.getAttribute('aria-label'))].filter((name, place, list) => name && list.indexOf(name) === place);
  const SELECTORS = {button: 'button,input,summary', link: 'a,area', heading: 'h1,h2,h3,h4,h5,h6', checkbox: 'input',
    radio: 'input', row: 'tr', cell: 'td', columnheader: 'th', rowheader: 'th', table: 'table', list: 'ul,ol,menu',
    listitem: 'li', option: 'option', combobox: 'input,select', listbox: 'select', textbox: 'input,textarea',
    searchbox: 'input', spinbutton: 'input', slider: 'input', progressbar: 'progress', dialog: 'dialog', img: 'img,svg',
    image: 'img,svg', navigation: 'nav', main: 'main', form: 'form', region: 'section', article: 'article',
    banner: 'header', contentinfo: 'footer', complementary: 'aside', status: 'output', group: 'fieldset,details,optgroup',
    alert: '[role]', alertdialog: '[role]', tab: '[role]', tabpanel: '[role]', tablist: '[role]', menu: '[role]',
    menuitem: '[role]', switch: 'input', tooltip: '[role]', log: '[role]', tree: '[role]', treeitem: '[role]'};
  // A computed role costs the browser about a millisecond where it was not needed yet, so few elements are asked.
  const mayBe = (role) => SELECTORS[role] ? `${SELECTORS[role]},[role~="${role}" i]` : '*';
  const levelOf = (one) => Number(one.getAttribute('aria-level') || one.localName.replace(/^h(?=[1-6]$)/, ''));
  const near = [];
  const find = (wanted, roots) => {
    const every = (selector) => [...new Set(roots.flatMap((root) => all(root, selector)))];
    switch (wanted.by) {
      case 'css': return every(wanted.value);
      case 'testid': {
        const known = every('[data-testid]');
        near.push(...known.map((one) => one.dataset.testid));
        return known.filter((one) => one.dataset.testid === wanted.value);
      }
      case 'text': {
        const own = every('*').filter((one) => !['SCRIPT', 'STYLE', 'TEMPLATE', 'NOSCRIPT'].includes(one.tagName));
        const fitting = own.filter((one) => fits(collapse(one.innerText ?? one.textContent), wanted.name));
        near.push(...own.filter((one) => !one.children.length).map((one) => collapse(one.textContent)).filter(Boolean));
        return fitting.filter((one) => !fitting.some((other) => other !== one && one.contains(other)));
      }
      case 'role': {
        const same = every(mayBe(wanted.value)).filter((one) => one.computedRole === wanted.value &&
          (!wanted.level || levelOf(one) === wanted.level));
        near.push(...same.map(nameOf));
        return same.filter((one) => fits(nameOf(one), wanted.name));
      }
      case 'field': {
        const same = every(INPUTS);
        near.push(...same.map((one) => namesOf(one)[0] || ''));
        return same.filter((one) => !wanted.name || namesOf(one).some((name) => fits(name, wanted.name)));
      }
      case 'within': return find(wanted.inner, find(wanted.outer, roots));
      case 'having': return find(wanted.outer, roots).filter((one) => find(wanted.inner, [one]).length);
      case 'nth': {
        const some = find(wanted.outer, roots).filter(visible);
        const one = some.at(wanted.index > 0 ? wanted.index - 1 : wanted.index);
        return one ? [one] : [];
      }
    }
    return [];
  };
  const frame = () => new Promise((done) => {
    const late = setTimeout(done, 100);  // a page that is not painted has no frames
    requestAnimationFrame(() => { clearTimeout(late); done(); });
  });
  const rectOf = (one) => {
    const box = [...one.getClientRects()].find((part) => part.width > 0 && part.height > 0) || one.getBoundingClientRect();
    return {x: box.x, y: box.y, width: box.width, height: box.height};
  };
  const describe = (one) => {
    const role = one.computedRole, name = collapse(one.computedName).slice(0, 60);
    const tag = `<${one.localName}${one.id ? ` id="${one.id}"` : ''}${one.classList.length ? ` class="${one.className}"` : ''}>`;
    return role && role !== 'generic' ? `${role}${name ? ` "${name}"` : ''} ${tag}` : tag;
  };
  const topAt = (x, y) => {
    let top = document.elementFromPoint(x, y);
    while (top && top.shadowRoot) {
      const inner = top.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === top) break;
      top = inner;
    }
    return top;
  };
  const holds = (outer, inner) => {
    for (let one = inner; one; one = one.parentNode || one.host) if (one === outer) return true;
    return false;
  };
  const stateOf = (one) => ({
    role: one.computedRole || '', name: nameOf(one), tag: one.localName, type: one.type || '',
    text: collapse(one.innerText ?? one.textContent), value: one.value === undefined ? '' : String(one.value),
    enabled: !one.matches(':disabled') && !one.closest('[aria-disabled=true]'),
    checked: one.checked === true || one.getAttribute('aria-checked') === 'true',
    focused: one.getRootNode().activeElement === one,
  });

  let found;
  try {
    found = find(locator, [document]);
  } catch (error) {
    return [JSON.stringify({failed: 'locator', detail: String(error.message), found: 0, seen: 0, names: []}), null];
  }
  const shown = found.filter(visible);
  const tell = {failed: '', detail: '', found: found.length, seen: shown.length,
    names: [...new Set(near)].filter(Boolean).slice(0, 200), texts: shown.slice(0, 500).map((one) => collapse(one.innerText ?? one.textContent))};
  const fail = (failed, detail = '') => [JSON.stringify({...tell, failed, detail}), null];
  if (!found.length) return fail('none');
  if (act === 'count') return fail('');
  if (act === 'file') {
    if (found.length > 1) return fail('many');
    return [JSON.stringify({...tell, ...stateOf(found[0])}), found[0]];
  }
  if (!shown.length) return fail('hidden');
  if (shown.length > 1) return fail('many', shown.slice(0, 5).map(describe).join(', '));
  const one = shown[0];
  Object.assign(tell, stateOf(one));
  if (act === 'see') return [JSON.stringify(tell), one];
  if (!tell.enabled) return fail('disabled');
  if (act === 'fill' && (one.readOnly || one.getAttribute('aria-readonly') === 'true')) return fail('read-only');
  let box = rectOf(one);
  if (scroll && (box.y < 0 || box.x < 0 || box.y + box.height > innerHeight || box.x + box.width > innerWidth)) {
    one.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
    box = rectOf(one);
  }
  await frame();
  const early = rectOf(one);
  await frame();
  box = rectOf(one);
  if (!one.isConnected) return fail('none');
  if (['x', 'y', 'width', 'height'].some((side) => early[side] !== box[side])) return fail('moving');
  const left = Math.max(box.x, 0), top = Math.max(box.y, 0);
  const right = Math.min(box.x + box.width, innerWidth), bottom = Math.min(box.y + box.height, innerHeight);
  if (right <= left || bottom <= top) return fail('outside');
  const x = Math.floor((left + right) / 2), y = Math.floor((top + bottom) / 2);
  const hit = topAt(x, y);
  const label = hit && hit.closest('label');
  if (!hit || !(holds(one, hit) || (label && label.control === one))) {
    return fail('covered', hit ? describe(hit) : '');
  }
  return [JSON.stringify({...tell, x, y}), one];
}
