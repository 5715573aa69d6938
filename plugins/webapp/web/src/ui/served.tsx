// Pictures and files that the server has for who is signed in alone. Where the session is a cookie the browser asks for
// them by itself; over plain HTTP away from the loopback there is none, so they are asked for here, with the token.
import { type JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { client } from '../state/chat.ts';
import { attempt } from '../state/notice.ts';

const base = `${client.url}/api/v1/`;
const bytesOf = (address: string, signal?: AbortSignal) => client.read(address.slice(base.length), signal ? { signal } : {});
const needsToken = (address: string | undefined): address is string => !isSecureContext && address !== undefined && address.startsWith(base);

function Fetched({ src, loading, onError, ...rest }: JSX.IntrinsicElements['img'] & { src: string }) {
    const own = useRef<HTMLImageElement>(null);
    const [address, show] = useState<string>();
    useEffect(() => {
        const ends = new AbortController();
        let made = '';
        const load = () =>
            void bytesOf(src, ends.signal).then(
                (bytes) => ends.signal.aborted || show((made = URL.createObjectURL(bytes))),
                () => ends.signal.aborted || own.current?.dispatchEvent(new Event('error')),
            );
        const watch = new IntersectionObserver((seen) => {
            if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
            watch.disconnect();
            load();
        }, { rootMargin: '800px' });
        if (loading === 'lazy') watch.observe(own.current!);
        else load();
        return () => {
            ends.abort();
            watch.disconnect();
            if (made) URL.revokeObjectURL(made);
        };
    }, [src]);
    return <img {...rest} ref={own} src={address} onError={onError} />;
}

/** As `img`, of an address of this server. */
export function ServedImage(given: JSX.IntrinsicElements['img'] & { src: string }) {
    return needsToken(given.src) ? <Fetched {...given} /> : <img {...given} />;
}

/** As `a` with `download`, of an address of this server. */
export function ServedLink({ href, download, ...rest }: JSX.IntrinsicElements['a'] & { href: string; download: string }) {
    const save = async (event: Event) => {
        if (!needsToken(href)) return;
        event.preventDefault();
        const bytes = await attempt(bytesOf(href));
        if (!bytes) return;
        const made = URL.createObjectURL(bytes);
        Object.assign(document.createElement('a'), { href: made, download }).click();
        setTimeout(() => URL.revokeObjectURL(made), 60_000);
    };
    return <a {...rest} href={href} download={download} onClick={(event) => void save(event)} />;
}
