import assert from 'node:assert/strict';
import { withDeadline, type Deadline } from '../../../src/engine/tools/deadline.ts';
import { ToolError } from '../../../src/engine/tools/toolError.ts';
import { onAbort } from '../../../src/protocol/abort.ts';

const never = new AbortController().signal;

/** Work that ends only with its signal, as a pattern that is being matched does. */
function stuck({ signal }: Deadline): Promise<never> {
  return new Promise((_, reject) => void onAbort(signal, () => reject(signal.reason as Error)));
}

describe('the time of a call', () => {
  it('tells the work when it is over', async () => {
    const told = await withDeadline(
      0.001,
      never,
      ({ until, signal }) =>
        new Promise((resolve) => void onAbort(until, () => resolve([until.aborted, signal.aborted]))),
    );
    assert.deepEqual(told, [true, false]);
  });

  it('ends work that does not end by itself, and says what to do', async () => {
    await assert.rejects(withDeadline(0.001, never, stuck, 0), (error: unknown) => {
      assert.ok(error instanceof ToolError);
      assert.match(error.message, /^The call did not end within 0\.001 seconds\. .*raise time_limit_seconds/);
      return true;
    });
  });

  it('ends with the caller, for the reason of the caller', async () => {
    const caller = new AbortController();
    const reason = new Error('enough');
    const asked = withDeadline(1000, caller.signal, stuck);
    caller.abort(reason);
    await assert.rejects(asked, reason);
  });
});
