// Somebody by name: those that are known at once, the others asked of the server.
import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Id, User } from '@parley/client';
import { t } from '../i18n/index.ts';
import { client, self, users } from '../state/chat.ts';
import { UserFace } from './face.tsx';

export async function findPeople(wanted: string, limit = 8): Promise<readonly User[]> {
    const text = wanted.trim().toLowerCase().replace(/^@/, '');
    const known = [...users.peek().values()].filter((one) => !one.disabled && (one.username.startsWith(text) || one.display_name.toLowerCase().includes(text)));
    if (!text) return known.slice(0, limit);
    const found = await client.call('user.list', { prefix: text, limit }).catch(() => ({ users: [] as readonly User[] }));
    const all = new Map([...found.users, ...known].map((one) => [one.id, one]));
    return [...all.values()].slice(0, limit);
}

export function PeoplePicker({ label, without, onPick }: { label: string; without: ReadonlySet<Id>; onPick: (id: Id) => void }) {
    const found = useSignal<readonly User[]>([]);
    const chosen = useSignal(0);
    const wanted = useSignal('');
    const field = useRef<HTMLInputElement>(null);
    const listId = useId();
    useEffect(() => {
        let over = false;
        void findPeople(wanted.value).then((all) => {
            if (over) return;
            found.value = all.filter((one) => !without.has(one.id) && one.id !== self.value?.id);
            chosen.value = 0;
        });
        return () => (over = true) as never;
    }, [wanted.value, without]);
    const take = (one: User | undefined) => {
        if (!one) return;
        wanted.value = '';
        onPick(one.id);
        field.current?.focus();
    };
    const onKeyDown = (event: KeyboardEvent) => {
        const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        const count = found.value.length;
        if (by && count > 0) chosen.value = (chosen.value + by + count) % count;
        else if (event.key === 'Enter') take(found.value[chosen.value]);
        else return;
        event.preventDefault();
    };
    return (
        <div class="field">
            <label>
                <span>{label}</span>
                <input
                    ref={field}
                    data-first
                    value={wanted.value}
                    placeholder={t('make.people_hint')}
                    role="combobox"
                    aria-expanded={found.value.length > 0}
                    aria-controls={listId}
                    aria-activedescendant={found.value.length > 0 ? `${listId}-${chosen.value}` : undefined}
                    autocomplete="off"
                    onInput={(event) => (wanted.value = event.currentTarget.value)}
                    onKeyDown={onKeyDown}
                />
            </label>
            <ul role="listbox" id={listId} aria-label={label}>
                {found.value.map((one, at) => (
                    <li key={one.id} id={`${listId}-${at}`} role="option" aria-selected={at === chosen.value} class="menu_item" onMouseDown={(event) => (event.preventDefault(), take(one))}>
                        <UserFace id={one.id} size="tiny" />
                        <bdi>{one.display_name || one.username}</bdi>
                        <span class="faint small">@{one.username}</span>
                    </li>
                ))}
            </ul>
        </div>
    );
}
