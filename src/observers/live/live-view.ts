import { basename } from 'node:path';
import { guestEndText } from '../../commands/report/summary-text.js';
import type { WatchedGuest } from '../../guest/watched-guest.js';
import type { Observer } from '../observer.js';
import { LiveCounts } from './counts.js';
import { glyphsFor } from './glyphs.js';
import { Screen } from './screen.js';
import type { LiveState } from './state.js';
import { view } from './view.js';

/** A view of a run that is redrawn in place, from `open` to `close`. */
export interface LiveView extends Observer {
  open(): void;
  /** Shows something that the user should know. */
  notice(text: string): void;
  close(): void;
}

/** Nobody can read faster, and the ticks come every millisecond if that is asked for. */
const LEAST_PICTURE_MS = 40;

export function liveView(
  guests: readonly WatchedGuest[],
  options: { readonly intervalNs: number; readonly colour: boolean },
  end: { readonly quit: () => void; readonly gone: () => void },
): LiveView {
  const counts = new LiveCounts(options.intervalNs, titlesOf(guests, options.intervalNs));
  for (const { pid, info } of guests) counts.start(pid, info.vcpuLabel);
  const glyphs = glyphsFor(process.env['TERM']);
  let held: LiveState | undefined;
  let help = false;
  let drawnAtMs = 0;

  const screen = new Screen(process.stdin, process.stdout, {
    onRedraw: draw,
    onGone: end.gone,
    onKey(action) {
      switch (action) {
        case 'quit':
          end.quit();
          return;
        case 'pause':
          held = held === undefined ? counts.state() : undefined;
          break;
        case 'reset':
          counts.reset();
          break;
        case 'help':
          help = !help;
          break;
        default:
          action satisfies never;
      }
      draw();
    },
  });

  function draw(): void {
    drawnAtMs = performance.now();
    const { colour } = options;
    const paused = held !== undefined;
    const keys = screen.hasKeys;
    screen.draw(
      view(held ?? counts.state(), { ...screen.size, colour, glyphs, paused, help, keys }),
    );
  }

  return {
    open() {
      screen.open();
      draw();
    },
    start: draw,
    tick(pid, tick) {
      counts.tick(pid, tick);
      if (held === undefined && performance.now() - drawnAtMs >= LEAST_PICTURE_MS) draw();
    },
    end(pid, { end: guestEnd }) {
      if (guestEnd === undefined) return;
      counts.end(pid, guestEndText(guestEnd));
      draw();
    },
    notice(text) {
      counts.notice(text);
      draw();
    },
    close: () => screen.close(),
  };
}

function titlesOf(
  guests: readonly WatchedGuest[],
  intervalNs: number,
): { readonly title: string; readonly subtitle: string } {
  const every = `every ${intervalNs / 1e9} s`;
  const [only] = guests;
  if (guests.length !== 1 || only === undefined) {
    return { title: `${guests.length} guests`, subtitle: every };
  }
  const { info, pid } = only;
  return {
    title: `${basename(info.qemu)}, process ${pid}`,
    subtitle: `libinsn's layout ${info.layout}, ${info.mode}; gdb ${info.gdb}; ${every}`,
  };
}
