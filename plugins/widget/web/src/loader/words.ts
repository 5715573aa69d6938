// The few words that are in the page itself.
type Words = { open: string; close: string; chat: string; unread: (n: number) => string };

const all: Record<string, Words> = {
    en: { open: 'Open chat', close: 'Close chat', chat: 'Chat', unread: (n) => (n === 1 ? '1 unread message' : `${n} unread messages`) },
    de: { open: 'Chat öffnen', close: 'Chat schließen', chat: 'Chat', unread: (n) => (n === 1 ? '1 ungelesene Nachricht' : `${n} ungelesene Nachrichten`) },
    ar: { open: 'فتح المحادثة', close: 'إغلاق المحادثة', chat: 'محادثة', unread: (n) => `رسائل غير مقروءة: ${n}` },
};

/** Those of the page, else of the browser. */
export function wordsFor(asked: string | undefined): [language: string, words: Words] {
    const wishes = [asked, ...(navigator.languages ?? [])].map((one) => (one ?? '').split('-')[0]!.toLowerCase());
    const language = wishes.find((one) => Object.hasOwn(all, one)) ?? 'en';
    return [language, all[language]!];
}
