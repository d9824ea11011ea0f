import { useSignal, type Signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** An element to hang on a place, and how large that is now. */
export function useSize(): [RefObject<HTMLDivElement | null>, Signal<Size>] {
  const host = useRef<HTMLDivElement>(null);
  const size = useSignal<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      const next = { width: Math.floor(width), height: Math.floor(height) };
      const { width: wide, height: tall } = size.peek();
      if (next.width !== wide || next.height !== tall) size.value = next;
    });
    if (host.current) watch.observe(host.current);
    return () => watch.disconnect();
  });
  return [host, size];
}

/** An element to hang on a place, and how wide that is now. */
export function useWidth(): [RefObject<HTMLDivElement | null>, Signal<number>] {
  const host = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const watch = new ResizeObserver(() => (width.value = element.clientWidth));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return [host, width];
}
