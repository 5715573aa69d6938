// Photos with what a camera writes into them, and their thumbnails.
import assert from 'node:assert/strict';
import { eventually } from './deadline.js';
import { fetchAny } from './tls.js';

// 96 x 48, red and blue.
export const jpeg = Buffer.from(
    '/9j/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAwAGADASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwChRRRXGfSBRRRQAUUUUAUaKKK+wPlQooooAKKKKAL1FFFfHn1QUUUUAFFFFAFGiiivsD5UKKKKACiiigC9RRRXx59UFFFFABRRRQBRooor7A+VCiiigAooooA//9k=',
    'base64',
);
// What a camera writes: its make, a quarter turn, and where it was.
export function photo() {
    const entry = (tag, type, count, value) => {
        const made = Buffer.alloc(12);
        made.writeUInt16LE(tag, 0);
        made.writeUInt16LE(type, 2);
        made.writeUInt32LE(count, 4);
        if (typeof value === 'number') made.writeUInt32LE(value, 8);
        else Buffer.from(value).copy(made, 8);
        return made;
    };
    const directory = (...all) => Buffer.concat([Buffer.from([all.length, 0]), ...all, Buffer.alloc(4)]);
    const ratios = (...all) => Buffer.concat(all.map((one) => Buffer.from(Uint32Array.of(one, 1).buffer)));
    const tiff = Buffer.alloc(300);
    Buffer.from('II*\0\x08\0\0\0', 'latin1').copy(tiff);
    directory(entry(0x010f, 2, 7, 100), entry(0x0112, 3, 1, 6), entry(0x8825, 4, 1, 120)).copy(tiff, 8);
    tiff.write('Kamera\0', 100);
    directory(entry(1, 2, 2, 'N\0'), entry(2, 5, 3, 200), entry(3, 2, 2, 'E\0'), entry(4, 5, 3, 224)).copy(tiff, 120);
    ratios(48, 8, 15).copy(tiff, 200);
    ratios(11, 34, 30).copy(tiff, 224);
    const says = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
    const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(says.length + 2, 4);
    return Buffer.concat([head, says, jpeg.subarray(2)]);
}
export async function thumbnail(who, file, size = 150, headers = {}, method = 'GET') {
    const response = await fetchAny(`${who.url}/api/v1/files/${file.file ?? file}/thumbnails/${size}`, { method, headers: { authorization: `Bearer ${who.token}`, ...headers } });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}
export const hasThumbnail = (who, file, size) =>
    eventually(async () => {
        const got = await thumbnail(who, file, size);
        return got.status === 200 ? got : undefined;
    }, `a thumbnail of ${file.file}`, 60_000);
export const isSilent = (bytes) => {
    for (const word of ['Kamera', 'GPS', 'II*\0']) assert.equal(bytes.includes(Buffer.from(word, 'latin1')), false, word);
};
