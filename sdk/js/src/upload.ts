// Files on their way: small ones in one request, others piece by piece as tus 1.0 has it.
import type { Id } from './api.js';
import { ParleyError } from './errors.js';
import type { Answer, More } from './http.js';
import type { StoredFile, Timing, UploadOptions } from './index.js';
import { after, backOff } from './later.js';
import type { Storage } from './storage.js';

export interface UploadNeeds {
    ask(method: string, path: string, body?: unknown, more?: More): Promise<Answer>;
    readonly storage: Storage;
    readonly timing: Timing;
    /** Of the places of this user's uploads in storage. */
    readonly prefix: string;
}

const inOneRequest = 256 * 1024;
const firstPiece = 512 * 1024;
const largestPiece = 16 * 1024 * 1024;
// A piece should take about so long: progress is seen, and little is lost when it breaks off.
const pieceTakes = { least: 400, most: 2000 };
const triesWithoutProgress = 10;
const tus = { 'Tus-Resumable': '1.0.0' };

export async function upload(needs: UploadNeeds, conversation: Id, file: Blob, options: UploadOptions): Promise<StoredFile> {
    const name = options.name ?? (file as File).name ?? 'file';
    return new Upload(needs, conversation, file, name, options).run();
}

class Upload {
    #place: string | undefined;
    #offset = 0;
    #piece = firstPiece;
    #file: Id | undefined;
    readonly #key: string;

    constructor(
        private readonly needs: UploadNeeds,
        private readonly conversation: Id,
        private readonly bytes: Blob,
        private readonly name: string,
        private readonly options: UploadOptions,
    ) {
        const { lastModified = 0 } = bytes as File;
        this.#key = `${needs.prefix}${[conversation, name, bytes.size, lastModified, options.versionOf ?? ''].map((one) => encodeURIComponent(one)).join('/')}`;
    }

    async run(): Promise<StoredFile> {
        try {
            this.#place = (await this.needs.storage.get(this.#key)) ?? undefined;
            this.#tell();
            if (!this.#place && this.bytes.size <= inOneRequest) {
                const done = await this.#whole().catch((why: unknown) => {
                    if (!mayGoOn(why)) throw why;
                });
                if (done) return done; // else in the way that can be gone on with
            }
            // What was begun in another visit is so far as the server says.
            let isAsked = this.#place !== undefined;
            for (let tries = 0; this.#file === undefined; ) {
                const before = this.#offset;
                const why = await this.#step(isAsked).catch((thrown: unknown) => thrown);
                isAsked = false;
                if (why === undefined || this.#offset > before) tries = 0;
                if (why === undefined) continue;
                if (!mayGoOn(why) || ++tries > triesWithoutProgress) throw why;
                const { firstBackOff, longestBackOff } = this.needs.timing;
                await this.#wait(Math.max((why.retryAfter ?? 0) * 1000, backOff(tries, firstBackOff, longestBackOff)));
                isAsked = this.#place !== undefined;
            }
            await this.#forget();
            return (await this.#ask('GET', `files/${this.#file}`)).data;
        } catch (why) {
            if (why instanceof ParleyError && why.code === 'aborted') await this.#cancel();
            // What is left to be gone on with stays; what was refused does not.
            else if (!mayGoOn(why)) await this.#forget();
            throw why;
        }
    }

    async #whole(): Promise<StoredFile> {
        const form = new FormData();
        form.append('file', this.bytes, this.name);
        const { versionOf } = this.options;
        const { data } = await this.#ask('POST', `conversations/${this.conversation}/files${versionOf ? `?version_of=${versionOf}` : ''}`, form);
        this.#offset = this.bytes.size;
        this.#tell();
        return data.files[0];
    }

    async #step(isAsked: boolean): Promise<void> {
        if (isAsked) return this.#look();
        if (!this.#place) return this.#begin();
        const piece = this.bytes.slice(this.#offset, this.#offset + this.#piece, 'application/offset+octet-stream');
        const begun = Date.now();
        this.#take(await this.#ask('PATCH', this.#place, piece, { 'Upload-Offset': String(this.#offset), 'Content-Type': piece.type }));
        const took = Date.now() - begun;
        if (took < pieceTakes.least) this.#piece = Math.min(this.#piece * 2, largestPiece);
        else if (took > pieceTakes.most) this.#piece = Math.max(this.#piece / 2, inOneRequest);
    }

    async #begin(): Promise<void> {
        const { versionOf } = this.options;
        const said = `filename ${base64(this.name)}${versionOf ? `,version_of ${base64(versionOf)}` : ''}`;
        const answer = await this.#ask('POST', `conversations/${this.conversation}/uploads`, undefined, { 'Upload-Length': String(this.bytes.size), 'Upload-Metadata': said });
        this.#place = answer.headers.get('location')!.replace(/^.*\/api\/v1\//, '');
        await this.needs.storage.set(this.#key, this.#place);
        this.#take(answer);
    }

    async #look(): Promise<void> {
        try {
            this.#take(await this.#ask('HEAD', this.#place!));
        } catch (why) {
            if (!(why instanceof ParleyError) || why.status !== 404) throw why;
            // Its time is over: from the beginning.
            this.#place = undefined;
            this.#offset = 0;
        }
    }

    #take({ headers }: Answer): void {
        this.#offset = Number(headers.get('upload-offset'));
        this.#file = headers.get('x-parley-file') ?? undefined;
        this.#tell();
    }

    #ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
        return this.needs.ask(method, path, body, { headers: body instanceof FormData ? headers : { ...tus, ...headers }, signal: this.options.signal });
    }

    async #cancel(): Promise<void> {
        if (this.#place) await this.needs.ask('DELETE', this.#place, undefined, { headers: tus }).catch(() => {});
        await this.#forget();
    }
    async #forget(): Promise<void> {
        await this.needs.storage.remove(this.#key);
    }

    #tell(): void {
        this.options.onProgress?.(this.#offset, this.bytes.size);
    }

    #wait(milliseconds: number): Promise<void> {
        const { signal } = this.options;
        return new Promise((resolve, reject) => {
            const end = after(milliseconds, () => {
                signal?.removeEventListener('abort', abort);
                resolve();
            });
            const abort = () => {
                end();
                reject(new ParleyError('aborted', 'It was not wanted any more.'));
            };
            if (signal?.aborted) abort();
            signal?.addEventListener('abort', abort, { once: true });
        });
    }
}

// 409: it is further than was thought, or what was sent before is still being taken in.
const mayGoOn = (why: unknown): why is ParleyError => why instanceof ParleyError && (why.isPassing || (why.status === 409 && ['offset_wrong', 'upload_locked'].includes(why.code)));

function base64(text: string): string {
    return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
