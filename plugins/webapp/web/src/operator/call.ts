// The operator's requests: the token lives in this module's memory and nowhere else, and goes as a header, without cookies.
import { ParleyError } from '@parley/client';
import { signal } from '@preact/signals';
import { t } from '../i18n/index.ts';

export interface Tenant {
    name: string;
    display_name: string;
    hosts: readonly string[];
    enabled: boolean;
    created_at: string;
    users: number;
    conversations: number;
    messages: number;
}
export interface Made {
    tenant: Tenant;
    administrator: { username: string; code: string; expires_at: string };
}
interface Refusal {
    code?: string;
    detail?: string;
    field?: string;
    retry_after?: number;
    problems?: readonly { setting: string | null; message: string }[];
}

export const token = signal('');

function sentence(status: number, said: Refusal) {
    if (status === 401) return t('operator.token_wrong');
    if (status === 404 && said.code === 'not_found') return t('operator.none');
    if (status === 429) return t('operator.too_many', { n: said.retry_after ?? 10 });
    const problems = (said.problems ?? []).map((one) => (one.setting ? `${one.setting}: ${one.message}` : one.message));
    return problems.length > 0 ? problems.join('\n') : (said.detail ?? t('app.failed'));
}

export async function ask<T>(method: 'GET' | 'POST' | 'PATCH', name = '', body?: Record<string, unknown>, shown = token.peek()): Promise<T> {
    const headers: Record<string, string> = { authorization: `Bearer ${shown}` };
    if (body) headers['content-type'] = 'application/json';
    let answer: Response;
    try {
        answer = await fetch(`/api/v1/operator/tenants${name && `/${encodeURIComponent(name)}`}`, { method, headers, credentials: 'omit', cache: 'no-store', ...(body ? { body: JSON.stringify(body) } : {}) });
    } catch {
        throw new ParleyError('network', t('operator.unreachable'));
    }
    const said = (await answer.json().catch(() => ({}))) as T & Refusal;
    if (answer.ok) return said;
    if (answer.status === 401) token.value = '';
    const setting = said.problems?.find((one) => one.setting)?.setting?.replace(/\[.*$/, '');
    throw new ParleyError(said.code ?? 'unknown', sentence(answer.status, said), answer.status, said.field ?? setting, said.retry_after);
}
