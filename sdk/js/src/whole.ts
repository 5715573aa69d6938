// What the server leaves out of a message in an event, because it goes without saying.
import type { GoneMessage, Message } from './api.js';

const unsaid = { data: {}, reply_to: null, thread_root: null, thread: { replies: 0, last_reply_at: null, participants: [] }, state: 'published', mentions: [], edited_at: null, deleted_at: null } as const;

/** The event as the rest of the client knows it; one that carries no message, or whose message is gone, as it is. */
export function whole<Event extends { data?: any }>(event: Event): Event {
    const message: Message | GoneMessage | undefined = event.data?.message;
    if (typeof message?.id !== 'string' || 'purged' in message || !('text' in message)) return event;
    const content = message.text === '' ? [] : [{ type: 'text', text: message.text }];
    return { ...event, data: { ...event.data, message: { ...unsaid, content, ...(message as Partial<Message>) } } };
}
