import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import {
  DEFAULT_LISTEN,
  isOpenToOthers,
  listenText,
  parseListen,
} from '../../src/exporter/listen.js';

test.each([
  ['127.0.0.1:14676', { host: '127.0.0.1', port: 14676 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:9', { host: '::1', port: 9 }],
  [':14676', { host: undefined, port: 14676 }],
  ['host-1.example.org:65535', { host: 'host-1.example.org', port: 65535 }],
])('%s is understood, and written as it was', (text, address) => {
  expect(parseListen(text)).toEqual(address);
  expect(listenText(parseListen(text))).toBe(text);
});

test.each([
  '',
  '14676',
  'localhost',
  '::1:9',
  '[127.0.0.1]:9',
  'a:65536',
  'a:-1',
  'a b:1',
  '[]:1',
  'http://a:1',
])('%j is refused', (text) => {
  expect(() => parseListen(text)).toThrow(UsageError);
});

test('the default is for this host alone', () => {
  expect(isOpenToOthers(DEFAULT_LISTEN.host ?? '')).toBe(false);
});

test.each([
  ['127.0.0.1', false],
  ['127.8.8.8', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['0.0.0.0', true],
  ['::', true],
  ['192.0.2.7', true],
  ['fe80::1', true],
])('%s is open to others: %s', (address, isOpen) => {
  expect(isOpenToOthers(address)).toBe(isOpen);
});
