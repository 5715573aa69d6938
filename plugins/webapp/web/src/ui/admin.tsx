// The administration's door: its code comes when somebody opens it.
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/index.ts';

const area = signal<ComponentType | null>(null);
const broken = signal(false);

async function load() {
    broken.value = false;
    try {
        area.value = (await import('../admin/area.tsx')).Area;
    } catch {
        broken.value = true;
    }
}

export function Admin() {
    useEffect(() => {
        if (!area.peek()) void load();
    }, []);
    const Loaded = area.value;
    if (Loaded) return <Loaded />;
    return (
        <main class="admin_door" aria-busy={!broken.value} aria-label={t('admin.title')}>
            {broken.value && (
                <>
                    <p role="alert">{t('app.failed')}</p>
                    <button type="button" class="button" onClick={() => void load()}>
                        {t('app.retry')}
                    </button>
                </>
            )}
        </main>
    );
}
