// What the server leaves out of a message in an event, because it goes without saying: docs/extend/clients.md.
const unsaid = () => ({ data: {}, reply_to: null, thread_root: null, thread: { replies: 0, last_reply_at: null, participants: [] }, state: 'published', mentions: [], edited_at: null, deleted_at: null });

// Adds it to a frame of the WebSocket; frames without a message stay as they are.
export function makeWhole(frame) {
    const message = frame.data?.message;
    if (!('at' in frame) || !message || message.purged || typeof message.text !== 'string') return;
    const content = message.text === '' ? [] : [{ type: 'text', text: message.text }];
    frame.data.message = { ...unsaid(), content, ...message };
}
