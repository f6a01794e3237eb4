import { expect, test } from 'vitest';
import { titlesOf } from '../../../src/observers/live/state.js';
import { info } from '../rows/events.ts';

test('the plugin that counts is called by its name', () => {
  expect(titlesOf([info], 1e9).subtitle).toMatch(/^libinsn's layout /);
  expect(titlesOf([{ ...info, pluginKind: 'bb' }], 1e9).subtitle).toMatch(/^libbb's layout /);
});
