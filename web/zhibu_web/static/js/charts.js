// Draws each chart from the table beside it, so that the two cannot disagree. Loaded on pages with charts only.
(() => {
  'use strict';

  const drawn = new Map();

  function tokens() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      text: colour('text'), muted: colour('muted'), hair: colour('hair'), control: colour('control'),
      surface: colour('surface'), sunken: colour('sunken'), own: colour('series-1'), type: colour('series-2'),
      size: parseFloat(style.fontSize), family: getComputedStyle(document.body).fontFamily,
    };
  }

  const number = (cell) => {
    const text = cell?.dataset.value ?? cell?.querySelector('span:not(.lab), a')?.textContent ?? cell?.textContent ?? '';
    const value = parseFloat(text.replace(/,/g, '').replace('\u2212', '-'));
    return Number.isFinite(value) ? value : null;
  };

  // A table as columns' names and rows of {key, name, values}.
  function read(table) {
    const heads = [...table.querySelectorAll('thead th')].map((head) => head.textContent.trim());
    const rows = [...table.querySelectorAll('tbody tr')].map((row) => ({
      key: row.dataset.key ?? '',
      name: row.dataset.short ?? row.querySelector('th')?.textContent.trim() ?? '',
      values: [...row.querySelectorAll('td:not(.bars)')].map(number),
    }));
    return { heads: heads.slice(1), rows };
  }

  const axisFrom = (values) => Math.max(0, Math.min(60, Math.floor((Math.min(...values) - 4) / 20) * 20));

  function base(look) {
    return {
      animation: false,
      aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
      textStyle: { fontFamily: look.family, fontSize: look.size, color: look.muted },
      tooltip: {
        renderMode: 'richText', confine: true, backgroundColor: look.surface, borderColor: look.control,
        borderWidth: 1, shadowBlur: 0, textStyle: { color: look.text, fontSize: look.size },
      },
    };
  }

  const label = (look, strong) => ({
    color: strong ? look.text : look.muted, fontSize: look.size, fontFamily: look.family, fontWeight: strong ? 600 : 400,
  });

  const valueAxis = (look, min, max) => ({
    type: 'value', min, max, interval: look.size > 16 || min === 0 ? (max - min) / 2 : 20,
    axisLabel: label(look), splitLine: { lineStyle: { color: look.hair } }, axisLine: { show: false }, axisTick: { show: false },
  });

  // Oldest on the left, whatever the order of the table; a row marked "break" starts a new line.
  function lineChart(table, look, place) {
    const { heads, rows } = read(table);
    if (place.dataset.order === 'newest') rows.reverse();
    const cut = rows.findIndex((row) => row.key === 'break');
    const names = rows.map((row) => row.name);
    const all = rows.flatMap((row) => row.values).filter((value) => value !== null);
    const series = heads.flatMap((head, column) => {
      const values = rows.map((row) => row.values[column]);
      const own = column === 0;
      const part = (data, last) => ({
        name: head, type: 'line', data, connectNulls: false, symbol: own ? 'circle' : 'rect', symbolSize: own ? 9 : 7,
        showAllSymbol: true, z: own ? 4 : 3,
        lineStyle: { color: own ? look.own : look.type, width: own ? 3 : 2, type: own ? 'solid' : [6, 4] },
        itemStyle: own ? { color: look.own, borderColor: look.surface, borderWidth: 1.5 } : { color: look.surface, borderColor: look.type, borderWidth: 2 },
        endLabel: { show: last, formatter: ({ value }) => `${Math.round(value)}`, ...label(look, own), distance: 8 },
        labelLayout: { moveOverlap: 'shiftY' },
      });
      if (cut <= 0) return [part(values, true)];
      return [part(values.map((value, at) => (at < cut ? value : null)), false), part(values.map((value, at) => (at >= cut ? value : null)), true)];
    });
    if (cut > 0 && series.length) {
      series[0].markLine = {
        silent: true, symbol: 'none', lineStyle: { color: look.control, type: [2, 4], width: 1 },
        label: { show: true, formatter: place.dataset.break ?? '', ...label(look) }, data: [{ xAxis: cut }],
      };
    }
    return {
      ...base(look),
      tooltip: { ...base(look).tooltip, trigger: 'axis', axisPointer: { type: 'line', lineStyle: { color: look.control } } },
      grid: { left: look.size * 2.4, right: look.size * 2.6, top: look.size * 2, bottom: look.size * 2 },
      xAxis: {
        type: 'category', data: names, axisLabel: { ...label(look), hideOverlap: true },
        axisLine: { lineStyle: { color: look.hair } }, axisTick: { show: false },
      },
      yAxis: valueAxis(look, axisFrom(all), 100),
      series,
    };
  }

  function radar(table, look) {
    const { heads, rows } = read(table);
    const sets = heads.slice(0, 2).map((head, place) => ({
      name: head, value: rows.map((row) => row.values[place] ?? 0),
      symbol: place ? 'rect' : 'circle', symbolSize: place ? 7 : 9,
      lineStyle: { color: place ? look.type : look.own, width: place ? 2 : 3, type: place ? [6, 4] : 'solid' },
      itemStyle: place ? { color: look.surface, borderColor: look.type, borderWidth: 2 } : { color: look.own, borderColor: look.surface, borderWidth: 1.5 },
      areaStyle: { color: look.own, opacity: place ? 0 : 0.12 },
    }));
    return {
      ...base(look),
      aria: { enabled: true, label: { enabled: false } },
      radar: {
        indicator: rows.map((row) => ({ name: row.name, max: 100 })), radius: rows.some((row) => row.name.length > 4) ? '56%' : '66%', splitNumber: 5, clockwise: true,
        axisName: label(look), splitArea: { show: false },
        splitLine: { lineStyle: { color: look.hair } }, axisLine: { lineStyle: { color: look.hair } },
      },
      series: [{ type: 'radar', data: sets.reverse() }],
    };
  }

  function bars(table, look) {
    const { rows } = read(table);
    return {
      ...base(look),
      grid: { left: 8, right: look.size * 3, top: 8, bottom: 8, containLabel: true },
      xAxis: { ...valueAxis(look, 0, Math.max(...rows.map((row) => row.values[0] ?? 0)) || 1), show: false },
      yAxis: {
        type: 'category', inverse: true, data: rows.map((row) => row.name), axisLabel: label(look),
        axisLine: { lineStyle: { color: look.control } }, axisTick: { show: false },
      },
      series: [{
        type: 'bar', data: rows.map((row) => row.values[0]), itemStyle: { color: look.own }, barMaxWidth: 20,
        label: { show: true, position: 'right', ...label(look, true) },
      }],
    };
  }

  const kinds = { line: lineChart, radar, bars };

  function draw(place) {
    const table = document.getElementById(place.dataset.table);
    const make = kinds[place.dataset.chart];
    if (!table || !make || !window.echarts) return;
    const chart = drawn.get(place) ?? window.echarts.init(place, null, { renderer: 'svg' });
    drawn.set(place, chart);
    chart.setOption(make(table, tokens(), place), true);
  }

  const drawAll = (root) => { for (const place of root.querySelectorAll('[data-chart]')) draw(place); };

  // Charts that a swap took away are let go.
  function tidy() {
    for (const [place, chart] of drawn) {
      if (place.isConnected) continue;
      chart.dispose();
      drawn.delete(place);
    }
  }

  document.addEventListener('DOMContentLoaded', () => drawAll(document));
  document.addEventListener('zhibu:shown', (event) => { tidy(); drawAll(event.detail); });
  window.addEventListener('resize', () => { for (const chart of drawn.values()) chart.resize(); });
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawAll(document));
})();
