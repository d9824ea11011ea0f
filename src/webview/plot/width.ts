import { useSignal, type Signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';

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
