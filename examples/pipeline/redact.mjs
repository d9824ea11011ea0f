// A stage of our own: what is personal is left out, and one event that it cannot do with goes to the rejects.
export const stateless = true;

/** @param {Record<string, any>} event */
export function stage(event, { options }) {
  if (event.id === options.refuse) throw new Error('this event is refused');
  const { user, ...rest } = event;
  return { ...rest, user_group: (user?.id ?? 0) % options.groups };
}
