// What a page needs in the browser beyond Streamlit: links that keep the reader's place, and no single-key shortcuts.

if (!window.monitorPage) {
  window.monitorPage = true;
  document.documentElement.lang = 'en-GB';

  // Choices that mean the same on every page; the rest of an address belongs to the page it was made on.
  const SHARED = ['la', 'metric', 'period', 'benchmark', 'group', 'target', 'version'];

  // Streamlit replaces an address where something was chosen in a list. Another council, measure or comparison is a step
  // that Back undoes; so is a page, and Back leads to the same place on it. What Streamlit drops from an address that was opened,
  // before the reader did anything, is no step, nor is what follows a place or another name that was typed
  // ("Carlisle: now in ...").
  const STEPS = ['la', 'metric', 'benchmark'];
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  const main = () => document.querySelector('[data-testid="stMain"]');
  const step = (state, title, url) => {
    replace({ ...history.state, scrolled: main()?.scrollTop ?? 0 }, '');
    push(state, title, url);
  };
  const place = (url) => new URL(url ?? '', location.href).searchParams;
  // It takes its entry.
  const follows = (to) => (
    (place().get('la')?.includes(': ') && to.get('la')) || place().get('metric')?.includes(' → ')
  );
  const another = (to) => STEPS.some((name) => place().get(name) !== to.get(name)) && !follows(to);
  const write = (isStep, state, title, url) => {
    if (isStep) step(state, title, url);
    else replace({ ...history.state, ...state }, title, url);
  };
  // What the server alone writes into the address of the same page is no step either.
  history.pushState = (state, title, url) => {
    write(new URL(url ?? '', location.href).pathname !== location.pathname || another(place(url)), state, title, url);
  };
  history.replaceState = (state, title, url) => {
    write(another(place(url)) && navigator.userActivation?.hasBeenActive, state, title, url);
  };
  addEventListener('popstate', ({ state }) => {
    if (state?.scrolled === undefined) return;
    let tries = 50;
    let quiet = 0;
    // A reader who goes on by hand stays where they are.
    const leave = () => { tries = -1; };
    for (const by of ['wheel', 'touchstart', 'pointerdown', 'keydown']) addEventListener(by, leave, { once: true, passive: true });
    const back = () => {
      if (tries < 0) return;
      const ready = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning';
      // Once it was quiet for a while: the run that answers the step may not have begun.
      quiet = ready ? quiet + 1 : 0;
      if (quiet > 3 || !tries) main()?.scrollTo({ top: state.scrolled });
      else setTimeout(back, 100, tries -= 1);
    };
    setTimeout(back, 300);
  });

  // Quietly: the place on the page stays, and Back leads to where the reader was before.
  const choose = (path, choices, { quietly = false, without = '' } = {}) => {
    const to = new URL(location.href);
    const chosen = new URLSearchParams(choices);
    if (path && to.pathname !== path) {
      to.pathname = path;
      for (const name of [...to.searchParams.keys()]) if (!SHARED.includes(name)) to.searchParams.delete(name);
    }
    // A target is in the unit of one measure: with another it is asked again.
    if (chosen.has('metric') && chosen.get('metric') !== to.searchParams.get('metric')) to.searchParams.delete('target');
    for (const name of [...chosen.keys(), without]) to.searchParams.delete(name);
    for (const [name, value] of chosen) to.searchParams.append(name, value);
    // Streamlit answers a step through the history by a rerun: the session, and all that is loaded, stays.
    (quietly ? replace : step)({}, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
    if (quietly) return;
    const top = () => main()?.scrollTo({ top: 0 });
    // A measure chosen in a council's table is drawn above it: once it is, that is what the reader wants to see.
    if (!path && chosen.has('metric')) setTimeout(() => document.getElementById('measure')?.scrollIntoView(), 600);
    else top();
  };

  // Until its menus are drawn Streamlit takes the choices in them for gone, and drops them on the way to another page: a
  // link that is followed before waits for them, for ten seconds at most, and then for what they send once they are drawn
  // and for the run of the page that answers it.
  const MENUS = ':is(.st-key-choices, .st-key-frozen) [data-testid="stSkeleton"]';
  const onceDrawn = (then, tries = 100) => {
    if (tries && document.querySelector(MENUS)) setTimeout(() => onceDrawn(then, tries - 1), 100);
    else if (tries < 100) setTimeout(() => onceAnswered(then), 300);
    else then();
  };
  const onceAnswered = (then, tries = 50) => {
    const running = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'running';
    setTimeout(() => (tries && running ? onceAnswered(then, tries - 1) : then()), 100);
  };
  // With a key held, or another button, a browser opens a link in its own way.
  const inItsOwnWay = (event) => event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  // The links of Streamlit's own menu too.
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-testid^="stTopNav"], a[data-testid^="stSidebarNav"]');
    if (!link || inItsOwnWay(event) || !document.querySelector(MENUS)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    onceDrawn(() => link.click());
  }, true);

  document.addEventListener('click', (event) => {
    // Of a table of measures a mouse may click anywhere in a row, where nothing was marked to be copied.
    const row = getSelection().isCollapsed && event.target.closest?.('table.rows td')?.parentElement;
    const link = event.target.closest?.('a[data-choose]') ?? (row && row.querySelector('a[data-choose]'));
    if (!link || inItsOwnWay(event)) return;
    event.preventDefault();
    const to = new URL(link.href);
    const path = link.getAttribute('href').startsWith('?') ? '' : to.pathname;
    onceDrawn(() => choose(path, to.searchParams, { without: link.dataset.without }));
  });
  // On a phone the menu lies over the page: it goes once something was chosen in it.
  document.addEventListener('click', ({ target }) => {
    if (!target.closest?.('a[data-testid^="stSidebarNav"]')) return;
    setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click());
  });
  // To another part of the page, which is no step.
  document.addEventListener('click', (event) => {
    const jump = event.target.closest?.('a[data-jump]');
    const part = jump && document.getElementById(jump.hash.slice(1));
    if (!part || inItsOwnWay(event)) return;
    event.preventDefault();
    part.scrollIntoView();
    part.focus({ preventScroll: true });
  });
  document.addEventListener('choose-quietly', ({ detail }) => choose('', detail.choices, { quietly: true }));
  document.addEventListener('open-council', ({ detail }) => onceDrawn(() => choose(detail.path, { la: detail.name })));

  // A screen reader announces what changes inside a region that it knows. Sentences are drawn again each time, so their
  // words are said in a region of our own, which stays: the first sentence of the page, or else the first that is new.
  const region = Object.assign(document.createElement('div'), { className: 'said' });
  region.setAttribute('role', 'status');
  region.setAttribute('aria-live', 'polite');
  document.body.append(region);
  const sentences = () => [...document.querySelectorAll('p.sentence')].map((one) => one.textContent);
  const app = document.querySelector('[data-testid="stApp"]');
  let said, waiting;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(tell, 150);
  };
  // What a page opens with is read anyhow; at once, for a reader may choose before all is quiet.
  const opened = () => {
    if (!said && app.dataset.testScriptState === 'notRunning' && sentences().length) said = sentences();
  };
  // Once all of a page is there, for its first sentence may not be the first to come.
  const tell = () => {
    if (app.dataset.testScriptState === 'running') {
      soon();
      return;
    }
    const words = sentences();
    const news = said && words.find((one) => !said.includes(one));
    if (words.length) said = words;
    if (news) region.textContent = news;
  };
  opened();
  soon();

  // Streamlit's menu on narrow screens is a list whose entries lie in parts, which are none of its entries.
  const mend = () => {
    document.querySelector('[data-testid="stExpandSidebarButton"]')?.setAttribute('aria-label', 'Menu');
    const list = document.querySelector('[data-testid="stSidebarNavItems"]:not([role])');
    for (const each of list ? [list, ...list.querySelectorAll('li')] : []) each.setAttribute('role', 'none');
    for (const part of list?.querySelectorAll(':scope > div:has(> header)') ?? []) {
      part.setAttribute('role', 'group');
      part.setAttribute('aria-label', part.querySelector('header p').textContent);
    }
  };
  // The chosen council's row of a long table, which is the same table whoever is chosen.
  const mark = () => {
    const chosen = document.querySelector('.headline[data-chosen]')?.dataset.chosen;
    const marked = document.querySelector('tr.chosen[data-area]');
    if (marked?.dataset.area === chosen) return;
    marked?.classList.remove('chosen');
    marked?.removeAttribute('aria-current');
    const row = chosen && document.querySelector(`tr[data-area="${chosen}"]`);
    row?.classList.add('chosen');
    row?.setAttribute('aria-current', 'true');
  };
  // On a phone the choices stand in one line, which opens them.
  let choosing = false;
  const fold = () => {
    document.documentElement.toggleAttribute('data-choosing', choosing);
    document.querySelector('button[data-choosing]')?.setAttribute('aria-expanded', choosing);
  };
  document.addEventListener('click', ({ target }) => {
    if (!target.closest?.('button[data-choosing]')) return;
    choosing = !choosing;
    fold();
  });
  // What is new since the last visit: which items were there then is kept in this browser alone, and sent to nobody.
  const VISIT = 'monitor-last-visit';
  const since = () => {
    const box = document.querySelector('.since:not([data-looked])');
    if (!box) return;
    box.dataset.looked = '';
    const items = [...box.querySelectorAll('[data-key]')];
    const now = { on: new Date().toISOString().slice(0, 10), version: box.dataset.version, keys: items.map((one) => one.dataset.key) };
    let last;
    try {
      const { before, ...kept } = JSON.parse(localStorage.getItem(VISIT)) ?? {};
      // The same data on the same day are the same visit.
      const same = kept.on === now.on && kept.version === now.version;
      last = same ? before : kept;
      if (!same) localStorage.setItem(VISIT, JSON.stringify({ ...now, before: kept }));
    } catch {
      return; // a browser that keeps nothing
    }
    if (!last?.keys) return;
    const fresh = items.filter((one) => !last.keys.includes(one.dataset.key));
    for (const one of fresh) one.classList.add('new');
    const on = new Date(last.on).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
    box.querySelector('.when').textContent = `, on ${on}`;
    box.classList.toggle('news', fresh.length > 0);
    box.classList.add('shown');
  };
  mend();
  mark();
  since();
  // Once before the next paint: a chart is drawn in a hundred steps, and each look goes through the whole page.
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      soon();
      mend();
      mark();
      fold();
      since();
    });
  }).observe(document.body, { childList: true, subtree: true, characterData: true });

  // The region says the same words twice only when it was empty between.
  const say = (words) => {
    region.textContent = '';
    setTimeout(() => { region.textContent = words; }, 100);
  };

  // A button copies the text beside it. Where the browser does not let us (no https, or no permission), the text is
  // selected instead: one key is left to press.
  document.addEventListener('click', async ({ target }) => {
    const button = target.closest?.('button[data-copies]');
    const text = button?.parentElement.querySelector('pre');
    if (!text) return;
    let words = `${button.dataset.copies}: copied.`;
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      text.focus();
      getSelection().selectAllChildren(text);
      words = 'Selected: press Ctrl and C to copy it.';
    }
    say(words);
    button.textContent = words.startsWith('Selected') ? 'Press Ctrl+C' : 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 4000);
  });

  // A long table is turned round where it stands; rows without a figure stay last.
  document.addEventListener('click', ({ target }) => {
    const button = target.closest?.('button[data-turns]');
    const rows = button?.nextElementSibling.querySelector('tbody');
    if (!rows) return;
    const [known, none] = [[], []];
    for (const row of rows.children) (row.querySelector('td')?.querySelector('.missing') ? none : known).push(row);
    rows.append(...known.toReversed(), ...none);
    say('The order is reversed.');
  });

  // The words at a point of a chart lie over others: Escape takes them away until the mouse moves (WCAG 1.4.13).
  let away = [];
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') away = [...document.querySelectorAll('.js-plotly-plot .hoverlayer')];
    for (const one of away) one.style.visibility = 'hidden';
  });
  document.addEventListener('pointermove', () => {
    for (const one of away.splice(0)) one.style.visibility = '';
  });

  // In a list of choices "Sandwell council" finds Sandwell, and so does what a phone makes of an apostrophe.
  const KIND_OF_COUNCIL = /\s+((city|county|district|borough|metropolitan)\s+)*council$/i;
  const writeValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  document.addEventListener('input', ({ target }) => {
    if (!target.matches?.('input[role="combobox"]')) return;
    const found = target.value.replace(KIND_OF_COUNCIL, '').replaceAll('’', "'");
    if (found === target.value) return;
    writeValue.call(target, found);
    target.dispatchEvent(new Event('input', { bubbles: true }));
  });

  // Escape closes a list and changes nothing; Streamlit would take away what is chosen, where nothing need be.
  document.addEventListener('keydown', (event) => {
    const box = event.target.closest?.('[data-testid="stSelectbox"] [aria-expanded]');
    if (event.key !== 'Escape' || !box) return;
    event.stopImmediatePropagation();
    if (box.getAttribute('aria-expanded') === 'false') return;
    box.blur();
    box.focus({ preventScroll: true });
  }, true);

  // On paper a picture is as wide as the sheet: it shrinks to that once it knows its own measures.
  const pictures = () => document.querySelectorAll('.js-plotly-plot .main-svg');
  addEventListener('beforeprint', () => {
    for (const one of pictures()) one.setAttribute('viewBox', `0 0 ${one.getAttribute('width')} ${one.getAttribute('height')}`);
  });
  addEventListener('afterprint', () => {
    for (const one of pictures()) one.removeAttribute('viewBox');
  });

  // Streamlit moves what opens by script, which no style sheet stops for readers who asked for less motion.
  const less = matchMedia('(prefers-reduced-motion: reduce)');
  const { animate } = Element.prototype;
  Element.prototype.animate = function (frames, options) {
    return animate.call(this, frames, less.matches ? 0 : options);
  };

  // A page whose server died goes on with another one, to which the files that it offers mean nothing until it was drawn
  // again: that is done when one is asked for, and not by hundreds at once.
  const files = () => [...document.querySelectorAll('[data-testid="stDownloadButton"] button')];
  let renewed = false;
  let wanted = '';
  new MutationObserver(() => {
    const { testConnectionState: connected, testScriptState: running } = app.dataset;
    opened();
    if (connected !== 'CONNECTED') renewed = true;
    else if (running === 'running') renewed = false;
    if (renewed || !wanted || running !== 'notRunning') return;
    files().find((one) => one.textContent === wanted)?.click();
    wanted = '';
  }).observe(app, { attributes: true, attributeFilter: ['data-test-connection-state', 'data-test-script-state'] });
  document.addEventListener('click', (event) => {
    const file = files().find((one) => one.contains(event.target));
    if (!renewed || !file) return;
    event.preventDefault();
    event.stopPropagation();
    wanted = file.textContent;
    choose('', {}, { quietly: true });
  }, true);

  // Streamlit's keys r (run again) and c (clear caches) would act on a slip of speech input (WCAG 2.1.4).
  addEventListener('keydown', (event) => {
    const typing = event.composedPath()[0]?.closest?.('input, textarea, select, [contenteditable="true"]');
    if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && /^[a-z]$/i.test(event.key)) event.stopPropagation();
  }, true);
}
