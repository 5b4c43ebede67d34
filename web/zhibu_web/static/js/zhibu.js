// Shortens the way; every job works without it. Nothing here writes markup or styles.
(() => {
  'use strict';

  // 全部到会: a deliberate tap marks everybody present; exceptions are marked afterwards.
  function markAll(button) {
    const roll = document.getElementById(button.dataset.allPresent);
    if (!roll) return false;
    for (const ring of roll.querySelectorAll('.as-due input, .tick input')) ring.checked = true;
    for (const word of roll.querySelectorAll('[data-uncalled]')) word.hidden = true;
    roll.dispatchEvent(new Event('change', { bubbles: true }));
    say(button.textContent.trim());
    return true;
  }

  function fill(button) {
    const input = document.getElementById(button.dataset.fill);
    if (!input) return;
    input.value = button.dataset.value;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    input.focus();
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-all-present], [data-fill], [aria-disabled="true"]');
    if (!button) return;
    if (button.matches('[aria-disabled="true"]')) event.preventDefault();
    else if (button.dataset.fill) fill(button);
    else if (markAll(button)) event.preventDefault();
  });

  // Narrowing a table or list that is on the page already.
  function startFilter(field) {
    const rows = document.getElementById(field.dataset.filter);
    const input = field.querySelector('input');
    if (!rows || !input) return;
    field.hidden = false;
    input.addEventListener('input', () => {
      const wanted = input.value.trim().toLowerCase();
      const items = rows.querySelectorAll('tbody > tr, :scope > li');
      let count = 0;
      for (const item of items) {
        const fits = !wanted || item.textContent.toLowerCase().includes(wanted);
        item.hidden = !fits;
        count += fits;
      }
      say(`${count} / ${items.length}`);
    });
  }

  // A value shown for a purpose is covered again after a minute.
  function startCover(value) {
    setTimeout(() => { value.textContent = value.dataset.cover; }, 60000);
  }

  function say(words) {
    const status = document.getElementById('status');
    if (status) status.textContent = words;
  }

  function start(root) {
    for (const field of root.querySelectorAll('[data-filter]')) startFilter(field);
    for (const value of root.querySelectorAll('[data-cover]')) startCover(value);
  }

  // After a swap the focus goes to the trouble, else to the new heading, never to the body.
  function focusIn(target) {
    const place = target.querySelector('.summary') ?? target.querySelector('h1, h2, h3');
    if (!place || target.contains(document.activeElement)) return;
    if (!place.hasAttribute('tabindex')) place.setAttribute('tabindex', '-1');
    place.focus();
  }

  const waiting = new Map();
  document.addEventListener('htmx:before:request', (event) => {
    const target = event.detail?.ctx?.target;
    if (!(target instanceof Element)) return;
    target.setAttribute('aria-busy', 'true');
    const words = document.getElementById('status')?.dataset.waiting;
    waiting.set(target, setTimeout(() => say(words ?? ''), 400));
  });
  document.addEventListener('htmx:finally:request', (event) => {
    const target = event.detail?.ctx?.target;
    if (!(target instanceof Element)) return;
    clearTimeout(waiting.get(target));
    waiting.delete(target);
    target.removeAttribute('aria-busy');
  });
  document.addEventListener('htmx:after:swap', (event) => {
    const known = event.detail?.ctx?.target;
    // An outer swap replaces the target; its successor carries the same id.
    const target = known instanceof Element && known.isConnected ? known : document.getElementById(known?.id ?? '');
    if (!target) return;
    say(target.dataset.say === undefined ? '' : target.textContent.trim().replace(/\s+/g, ' '));
    start(target);
    focusIn(target);
    document.dispatchEvent(new CustomEvent('zhibu:shown', { detail: target }));
  });

  document.addEventListener('DOMContentLoaded', () => {
    start(document);
    document.getElementById('summary')?.focus();
  });
})();
